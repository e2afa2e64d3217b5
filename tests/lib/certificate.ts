/** Self-signed certificates for tests of TLS. */
import { sh } from "./stage.ts";

/** Writes a certificate for 127.0.0.1 and its key over what is there. */
export function certify(cert: string, key: string, name = "localhost"): void {
  sh(
    ...["openssl", "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"],
    ...["-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", `/CN=${name}`],
    ...["-addext", "subjectAltName=IP:127.0.0.1,IP:10.9.0.1"],
    ...["-keyout", key, "-out", cert],
  );
}
