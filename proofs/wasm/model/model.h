/* Memory: [0, STACK) stack, then data, a gap that nobody may touch, then the INPUT. */
static u8 memory[INPUT + LEN + 8] = {
#include MEMORY
};

static void check(u64 at, u64 len) {
  __CPROVER_assert(at + len <= BELOW || (at >= INPUT && at + len <= INPUT + LEN),
                   "a byte is read or written that is not there");
}

#define TRAP(x) (trap(), 0)
static void trap(void) {
  __CPROVER_assert(0, "a panic or another trap is reached");
  __CPROVER_assume(0);
}
#define UNREACHABLE trap(); __CPROVER_assume(0)
#define FUNC_PROLOGUE
#define FUNC_EPILOGUE

#define LOAD(name, stored, widened, result)                    \
  static inline result name(wasm_rt_memory_t *unused, u64 at) { \
    check(at, sizeof(stored));                                 \
    return (result)(widened) * (stored *)(memory + at);        \
  }
#define STORE(name, stored, given)                                         \
  static inline void name(wasm_rt_memory_t *unused, u64 at, given value) { \
    check(at, sizeof(stored));                                             \
    *(stored *)(memory + at) = (stored)value;                              \
  }
LOAD(i32_load, u32, u32, u32)
LOAD(i64_load, u64, u64, u64)
LOAD(i32_load8_s, s8, s32, u32)
LOAD(i64_load8_s, s8, s64, u64)
LOAD(i32_load8_u, u8, u32, u32)
LOAD(i64_load8_u, u8, u64, u64)
LOAD(i32_load16_s, s16, s32, u32)
LOAD(i64_load16_s, s16, s64, u64)
LOAD(i32_load16_u, u16, u32, u32)
LOAD(i64_load16_u, u16, u64, u64)
LOAD(i64_load32_s, s32, s64, u64)
LOAD(i64_load32_u, u32, u64, u64)
STORE(i32_store, u32, u32)
STORE(i64_store, u64, u64)
STORE(i32_store8, u8, u32)
STORE(i32_store16, u16, u32)
STORE(i64_store8, u8, u64)
STORE(i64_store16, u16, u64)
STORE(i64_store32, u32, u64)

static void memory_fill(wasm_rt_memory_t *unused, u32 to, u32 value, u32 len) {
  check(to, len);
  for (u32 i = 0; i < len; i++) memory[to + i] = (u8)value;
}
static void memory_copy(wasm_rt_memory_t *unused, wasm_rt_memory_t *unused2, u32 to, u32 from, u32 len) {
  check(to, len);
  check(from, len);
  if (to <= from) for (u32 i = 0; i < len; i++) memory[to + i] = memory[from + i];
  else for (u32 i = len; i > 0; i--) memory[to + i - 1] = memory[from + i - 1];
}

#define I32_CLZ(x) ((x) ? (u32)__builtin_clz(x) : 32u)
#define I64_CLZ(x) ((x) ? (u64)__builtin_clzll(x) : 64u)
#define I32_CTZ(x) ((x) ? (u32)__builtin_ctz(x) : 32u)
#define I64_CTZ(x) ((x) ? (u64)__builtin_ctzll(x) : 64u)
#define I32_POPCNT(x) (__builtin_popcount(x))
#define I64_POPCNT(x) (__builtin_popcountll(x))
#define DIV_U(x, y) ((y) ? (x) / (y) : TRAP(ZERO))
#define REM_U(x, y) ((y) ? (x) % (y) : TRAP(ZERO))
#define ROT(x, y, mask, l, r) (((x) l ((y) & (mask))) | ((x) r (((mask) - (y) + 1) & (mask))))
#define I32_ROTL(x, y) ROT(x, y, 31, <<, >>)
#define I64_ROTL(x, y) ROT(x, y, 63, <<, >>)
#define I32_ROTR(x, y) ROT(x, y, 31, >>, <<)
#define I64_ROTR(x, y) ROT(x, y, 63, >>, <<)
#define LIKELY(x) (x)
#define UNLIKELY(x) (x)
#define LOAD_DATA(...)
#define CALL_INDIRECT(table, type, id, at, ...)                              \
  (((at) < table.size && table.data[at].func && table.data[at].func_type == (id)) \
       || TRAP(CALL_INDIRECT),                                               \
   ((type)table.data[at].func)(__VA_ARGS__))
typedef struct { u32 func_type_index; wasm_rt_function_ptr_t func; u64 module_offset; } wasm_elem_segment_expr_t;
#define wasm_rt_register_func_type(...) 0
#define wasm_rt_allocate_memory(...)
#define wasm_rt_allocate_funcref_table(table, count, max) (table)->size = count
static void funcref_table_init(wasm_rt_funcref_table_t *table, const wasm_elem_segment_expr_t *from, u32 from_size, u32 to, u32 at, u32 len, void *instance, const u32 *types) {
  for (u32 i = 0; i < len; i++) {
    table->data[to + i].func_type = from[at + i].func_type_index;
    table->data[to + i].func = from[at + i].func;
    table->data[to + i].module_instance = instance;
  }
}

/* AES: a function of key and block, of which nothing is known but that it is one. */
typedef unsigned __int128 block_t;
block_t __CPROVER_uninterpreted_encrypt(block_t key, block_t more, block_t block);
block_t __CPROVER_uninterpreted_decrypt(block_t key, block_t more, block_t block);
#define CIPHER(name)                                                                        \
  void Z_aesZ_##name(struct Z_aes_instance_t *unused, u32 key, u32 key_len, u32 at) {       \
    check(key, key_len);                                                                    \
    check(at, 16);                                                                          \
    block_t block = 0, low = 0, high = key_len;                                             \
    for (u32 i = 0; i < 16; i++) block = block << 8 | memory[at + i];                       \
    for (u32 i = 0; i < 16; i++) low = low << 8 | memory[key + i];                          \
    for (u32 i = 16; i < key_len; i++) high = high << 8 | memory[key + i];                  \
    block = __CPROVER_uninterpreted_##name(low, high, block);                               \
    for (u32 i = 0; i < 16; i++) memory[at + i] = (u8)(block >> (120 - 8 * i));             \
  }
CIPHER(encrypt)
CIPHER(decrypt)
