// SPDX-License-Identifier: Apache-2.0
//
// For this room's tests: a self-signed certificate for 127.0.0.1 and localhost.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <string>

namespace satchel::edge::net {

// Writes both files. False if OpenSSL wouldn't.
inline bool write_certificate_for_test(const std::string& certificate_path, const std::string& key_path) {
  EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost");
  X509_add_ext(certificate, names, -1);
  bool ok = X509_sign(certificate, key, EVP_sha256()) > 0;
  BIO* file = BIO_new_file(certificate_path.c_str(), "w");
  ok = ok && file != nullptr && PEM_write_bio_X509(file, certificate) == 1;
  BIO_free(file);
  file = BIO_new_file(key_path.c_str(), "w");
  ok = ok && file != nullptr && PEM_write_bio_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr) == 1;
  BIO_free(file);
  X509_EXTENSION_free(names);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return ok;
}

}  // namespace satchel::edge::net
