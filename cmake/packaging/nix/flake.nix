# SPDX-License-Identifier: GPL-2.0-or-later
# Untested. nix build 'path:.?dir=cmake/packaging/nix' at the root of the checkout.
{
  description = "Particle Life, from one seed to a finished film";
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
  outputs = { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" ];
      each = function: nixpkgs.lib.genAttrs systems (system: function nixpkgs.legacyPackages.${system});
    in {
      packages = each (pkgs: {
        default = pkgs.stdenv.mkDerivation {
          pname = "lifereel";
          version = "0.1.0";
          src = ../../..;
          nativeBuildInputs = [ pkgs.cmake pkgs.ninja pkgs.pkg-config ];
          buildInputs = [ pkgs.ffmpeg pkgs.boost ];
          cmakeFlags = [ "-DLIFEREEL_DEVELOPER=OFF" "-DLIFEREEL_TESTS=OFF" "-DLIFEREEL_CUDA=OFF" "-DBUILD_SHARED_LIBS=ON" ];
          meta = {
            license = pkgs.lib.licenses.gpl2Plus;
            mainProgram = "lifereel";
          };
        };
      });
    };
}
