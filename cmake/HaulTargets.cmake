# One place for what every haul target is compiled with.

add_library(haul_flags INTERFACE)
target_compile_features(haul_flags INTERFACE cxx_std_20)
target_include_directories(haul_flags INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(
  haul_flags
  INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
            -Wnon-virtual-dtor -Woverloaded-virtual -Wformat=2 -Wimplicit-fallthrough
            -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(haul_flags INTERFACE -Wsuggest-override -Wduplicated-cond -Wlogical-op
                                              -Wuseless-cast
                         # g++ 12 sees overlaps in std::string where there are none (GCC bug 105651).
                         -Wno-restrict)
endif()
if(HAUL_WERROR)
  target_compile_options(haul_flags INTERFACE -Werror)
endif()
if(HAUL_SANITIZE)
  target_compile_options(haul_flags INTERFACE -fsanitize=${HAUL_SANITIZE}
                                              -fno-sanitize-recover=all)
  target_link_options(haul_flags INTERFACE -fsanitize=${HAUL_SANITIZE})
endif()
if(HAUL_COVERAGE)
  target_compile_options(haul_flags INTERFACE --coverage -O0)
  target_link_options(haul_flags INTERFACE --coverage)
endif()

# haul_library(NAME SOURCES... DEPENDS targets...): one layer of the library. Its headers are all
# that lie beside it; the target all_verify_interface_header_sets compiles each of them alone.
function(haul_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC haul_flags ${arg_DEPENDS})
  file(GLOB headers CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.h")
  if(headers)
    target_sources(${name} PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}" FILES
                                  ${headers})
    set_target_properties(${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  endif()
endfunction()

# haul_tool(NAME SOURCES... DEPENDS targets...): an installed executable.
function(haul_tool name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE haul_flags ${arg_DEPENDS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()

# haul_stands_in(TOOL NAME): with HAUL_MONGO_LINKS a link NAME beside the tool, which then has the
# defaults, log lines and exit codes of the tool that is called so.
function(haul_stands_in tool name)
  if(NOT HAUL_MONGO_LINKS)
    return()
  endif()
  set(link "${PROJECT_BINARY_DIR}/bin/${name}")
  add_custom_command(TARGET ${tool} POST_BUILD
                     COMMAND ${CMAKE_COMMAND} -E create_symlink ${tool} ${link})
  install(FILES ${link} DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()
