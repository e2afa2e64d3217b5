# The pinned versions and checksums of everything the build downloads, sourced by
# the other scripts.
# shellcheck shell=bash disable=SC2034
DENO_VERSION=2.7.11
DENO_SHA256=e518fbc96877fbc2b37820ec54a02e473166cb25a5d4d627ffde37360fd7d210 # x86_64

# On a network without JSR and Deno's download site, these npm packages replace
# them (SHA-512 of the archives).
NPM_DENO=@deno/linux-x64-glibc@2.7.11
NPM_DENO_SHA512=4c2457ab2e2b1c8fa92a659f8c8cffa9f0f27d3cfad6a8718fed37904277af4633446b173681f213b5a251ac3050ada16eb040bbb867de6e7cdf755462a4733a
# `deno compile` 2.7.11 built these programs: their first part is its runtime, denort.
NPM_DENORT_X86_64=@stdy/cli-linux-x64@0.22.2
NPM_DENORT_X86_64_SHA512=929e50746dba102f20133557234620ce68a2147cfb0c508d44b35f0166b6ac33c7aff8d40677e43fc0256d33e6bf460d4299ca9f5c334961c5c3cf1f9ff393a2
DENORT_X86_64_SHA256=f12d5d3886d5ea138304fb8d67d7396cfbedf53656676132152cb89f3fa4d8e6
NPM_DENORT_AARCH64=@stdy/cli-linux-arm64@0.22.2
NPM_DENORT_AARCH64_SHA512=1e3490740b78d02a5821ab94289d71c8812c76b7f92ed40fd71f12bbb04464937de3cd3b44e257c5a6d6fa35f2738f3cdb7b55064ae7c4d5144eb04ae1355347
DENORT_AARCH64_SHA256=9c888d915647ff971a497acd39ee45ea63da5f19d12d4363124942c257c055ef
# The sources of jsr:@std as JavaScript, without types and without @std/log.
NPM_STD=deno-std@1.4.0
NPM_STD_SHA512=edcd18eadca7d12c7434a89a01e1ad0f0ae91be0bb54570e4ad55c6173e78c0b881289f1cd557e9fab3c8ae16383a91eab3c68ff3acf6d1fc9f4463d04b36c44
