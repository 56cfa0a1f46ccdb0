# serin_proto_library(NAME FILES...): messages and gRPC stubs of .proto files, whose import root is
# the folder proto/. Generated code stays in the build tree.
set(SERIN_PROTO_ROOT "${PROJECT_SOURCE_DIR}/proto")
set(SERIN_PROTO_OUT "${PROJECT_BINARY_DIR}/generated")
# All generated code, for tools that only parse.
add_custom_target(serin_generated)
find_program(GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)

function(serin_proto_library name)
  cmake_parse_arguments(ARG "GRPC" "" "FILES;LIBS" ${ARGN})
  set(generated)
  foreach(file IN LISTS ARG_FILES)
    string(REGEX REPLACE "\\.proto$" "" stem "${file}")
    set(outputs "${SERIN_PROTO_OUT}/${stem}.pb.cc" "${SERIN_PROTO_OUT}/${stem}.pb.h")
    set(flags --cpp_out=${SERIN_PROTO_OUT})
    if(ARG_GRPC)
      list(APPEND outputs "${SERIN_PROTO_OUT}/${stem}.grpc.pb.cc" "${SERIN_PROTO_OUT}/${stem}.grpc.pb.h")
      list(APPEND flags --grpc_out=${SERIN_PROTO_OUT} --plugin=protoc-gen-grpc=${GRPC_CPP_PLUGIN})
    endif()
    add_custom_command(
      OUTPUT ${outputs}
      COMMAND ${CMAKE_COMMAND} -E make_directory "${SERIN_PROTO_OUT}"
      COMMAND protobuf::protoc -I ${SERIN_PROTO_ROOT} ${flags} ${SERIN_PROTO_ROOT}/${file}
      DEPENDS "${SERIN_PROTO_ROOT}/${file}"
      COMMENT "Generating ${file}"
      VERBATIM)
    list(APPEND generated ${outputs})
  endforeach()
  add_custom_target(${name}_generated DEPENDS ${generated})
  add_dependencies(serin_generated ${name}_generated)
  add_library(${name} STATIC ${generated})
  # Each generated source has the same names of its own.
  set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
  target_include_directories(${name} SYSTEM PUBLIC "${SERIN_PROTO_OUT}")
  target_link_libraries(${name} PUBLIC protobuf::libprotobuf ${ARG_LIBS})
  if(ARG_GRPC)
    target_link_libraries(${name} PUBLIC gRPC::grpc++)
  endif()
endfunction()
