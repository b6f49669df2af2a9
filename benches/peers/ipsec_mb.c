/* What of ipsec-mb is a macro, as functions. One key at a time, which `rl_imb_key` sets. */
#include <intel-ipsec-mb.h>
#include <stdint.h>

static IMB_MGR *mgr;
static DECLARE_ALIGNED(uint32_t enc[4 * 15], 16);
static DECLARE_ALIGNED(uint32_t dec[4 * 15], 16);
static struct gcm_key_data gcm;
static int bits;

int rl_imb_key(const uint8_t *key, int key_bits) {
    if (!mgr) {
        mgr = alloc_mb_mgr(0);
        if (!mgr) return 0;
        init_mb_mgr_auto(mgr, NULL);
    }
    bits = key_bits;
    if (bits == 128) {
        IMB_AES_KEYEXP_128(mgr, key, enc, dec);
        IMB_AES128_GCM_PRE(mgr, key, &gcm);
    } else if (bits == 192) {
        IMB_AES_KEYEXP_192(mgr, key, enc, dec);
        IMB_AES192_GCM_PRE(mgr, key, &gcm);
    } else {
        IMB_AES_KEYEXP_256(mgr, key, enc, dec);
        IMB_AES256_GCM_PRE(mgr, key, &gcm);
    }
    return 1;
}

/* `len` bytes of each of `n` texts, which lie `stride` bytes apart, side by side. */
static void jobs(int mode, int dir, uint8_t *text, uint64_t len, uint64_t stride, int n,
                 const uint8_t *iv) {
    for (int i = 0; i < n; i++) {
        IMB_JOB *job = IMB_GET_NEXT_JOB(mgr);
        job->cipher_mode = mode;
        job->cipher_direction = dir;
        job->chain_order = dir == IMB_DIR_ENCRYPT ? IMB_ORDER_CIPHER_HASH : IMB_ORDER_HASH_CIPHER;
        job->hash_alg = IMB_AUTH_NULL;
        job->enc_keys = enc;
        job->dec_keys = dec;
        job->key_len_in_bytes = bits / 8;
        job->iv = iv;
        job->iv_len_in_bytes = 16;
        job->src = job->dst = text + i * stride;
        job->cipher_start_src_offset_in_bytes = 0;
        job->msg_len_to_cipher_in_bytes = len;
        IMB_SUBMIT_JOB(mgr);
    }
    while (IMB_FLUSH_JOB(mgr))
        ;
}

void rl_imb_cbc(int encrypt, uint8_t *text, uint64_t len, int n, const uint8_t *iv) {
    int dir = encrypt ? IMB_DIR_ENCRYPT : IMB_DIR_DECRYPT;
    /* A job has less than 64 KiB. The chain is not carried on: its cost is the same. */
    for (uint64_t at = 0; at < len; at += 32768) {
        uint64_t now = len - at < 32768 ? len - at : 32768;
        jobs(IMB_CIPHER_CBC, dir, text + at, now, len, n, iv);
    }
}

void rl_imb_ctr(uint8_t *text, uint64_t len, const uint8_t *iv) {
    jobs(IMB_CIPHER_CNTR, IMB_DIR_ENCRYPT, text, len, 0, 1, iv);
}

void rl_imb_gcm(int encrypt, uint8_t *text, uint64_t len, const uint8_t *iv, uint8_t *tag) {
    struct gcm_context_data ctx;
    if (bits == 128 && encrypt)
        IMB_AES128_GCM_ENC(mgr, &gcm, &ctx, text, text, len, iv, iv, 0, tag, 16);
    else if (bits == 128)
        IMB_AES128_GCM_DEC(mgr, &gcm, &ctx, text, text, len, iv, iv, 0, tag, 16);
    else if (bits == 192 && encrypt)
        IMB_AES192_GCM_ENC(mgr, &gcm, &ctx, text, text, len, iv, iv, 0, tag, 16);
    else if (bits == 192)
        IMB_AES192_GCM_DEC(mgr, &gcm, &ctx, text, text, len, iv, iv, 0, tag, 16);
    else if (encrypt)
        IMB_AES256_GCM_ENC(mgr, &gcm, &ctx, text, text, len, iv, iv, 0, tag, 16);
    else
        IMB_AES256_GCM_DEC(mgr, &gcm, &ctx, text, text, len, iv, iv, 0, tag, 16);
}
