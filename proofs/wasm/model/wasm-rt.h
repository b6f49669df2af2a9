/* What wasm2c's output asks of its runtime, as CBMC sees it: traps are assertions that fail, and
   memory is what a proof says it is. Takes the place of the header of the same name of wabt. */
#include <stdint.h>

struct Z_aes_instance_t;
typedef struct { uint8_t *data; } wasm_rt_memory_t;
typedef void (*wasm_rt_function_ptr_t)(void);
typedef struct { uint32_t func_type; wasm_rt_function_ptr_t func; void *module_instance; } wasm_rt_funcref_t;
typedef struct { wasm_rt_funcref_t data[TABLE]; uint32_t size; } wasm_rt_funcref_table_t;
