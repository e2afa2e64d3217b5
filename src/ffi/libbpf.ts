/** Declares libbpf for Deno's FFI. */

/**
 * The functions of libbpf that xdptally calls; comments name their parameters.
 * libbpf 0.2 and all later versions have the required ones. Optional ones are
 * null in libraries without them; the version in which each came or went is
 * given.
 *
 * @see https://libbpf.readthedocs.io/en/latest/api.html
 */
export const LIBBPF = {
  libbpf_set_print: {
    parameters: ["function"], // fn
    result: "pointer",
  },
  libbpf_version_string: {
    parameters: [],
    result: "pointer",
    optional: true, // 0.6
  },

  bpf_object__open_mem: {
    parameters: ["buffer", "usize", "buffer"], // obj_buf, obj_buf_sz, opts
    result: "pointer",
  },
  bpf_object__load: { parameters: ["pointer"], result: "i32" },
  bpf_object__close: { parameters: ["pointer"], result: "void" },
  bpf_object__find_map_by_name: {
    parameters: ["pointer", "buffer"], // obj, name
    result: "pointer",
  },
  bpf_object__find_program_by_name: {
    parameters: ["pointer", "buffer"], // obj, name
    result: "pointer",
  },
  bpf_map__fd: { parameters: ["pointer"], result: "i32" },
  bpf_map__set_value_size: {
    parameters: ["pointer", "u32"], // map, size
    result: "i32",
  },
  bpf_map__set_max_entries: {
    parameters: ["pointer", "u32"], // map, max_entries
    result: "i32",
  },
  bpf_map__set_initial_value: {
    parameters: ["pointer", "buffer", "usize"], // map, data, size
    result: "i32",
  },
  bpf_program__set_autoload: {
    parameters: ["pointer", "bool"], // prog, autoload
    result: "i32",
  },
  bpf_program__fd: { parameters: ["pointer"], result: "i32" },
  bpf_program__set_flags: {
    parameters: ["pointer", "u32"], // prog, flags
    result: "i32",
    optional: true, // 0.6
  },

  bpf_program__set_attach_target: {
    parameters: ["pointer", "i32", "buffer"], // prog, attach_prog_fd, attach_func_name
    result: "i32",
  },
  bpf_raw_tracepoint_open: {
    parameters: ["buffer", "i32"], // name, prog_fd
    result: "i32",
  },
  bpf_link_create: {
    parameters: ["i32", "i32", "i32", "buffer"], // prog_fd, target_fd, attach_type, opts
    result: "i32",
  },
  bpf_link_update: {
    parameters: ["i32", "i32", "buffer"], // link_fd, new_prog_fd, opts
    result: "i32",
  },
  bpf_link_detach: { parameters: ["i32"], result: "i32" }, // link_fd
  bpf_obj_get_info_by_fd: {
    parameters: ["i32", "buffer", "buffer"], // bpf_fd, info, info_len
    result: "i32",
  },
  bpf_prog_query: {
    // target_fd or ifindex, type, query_flags, attach_flags, prog_ids, prog_cnt
    parameters: ["i32", "i32", "u32", "buffer", "buffer", "buffer"],
    result: "i32",
  },
  bpf_prog_test_run_opts: {
    parameters: ["i32", "buffer"], // prog_fd, opts
    result: "i32",
  },
  bpf_prog_get_fd_by_id: { parameters: ["u32"], result: "i32" },
  bpf_btf_get_fd_by_id: { parameters: ["u32"], result: "i32" },

  bpf_map_update_elem: {
    parameters: ["i32", "buffer", "buffer", "u64"], // fd, key, value, flags
    result: "i32",
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** The type of libbpf_print_fn_t: level, format, va_list. */
export const PRINT_CALLBACK = {
  parameters: ["i32", "pointer", "pointer"],
  result: "i32",
} as const satisfies Deno.UnsafeCallbackDefinition;
