# Functions for a private apt, sourced by other scripts: it downloads packages of
# any Debian release and architecture from this machine's mirror, verifies them
# with Debian's keys, and installs nothing.
# shellcheck shell=bash
APT_KEYS=/usr/share/keyrings/debian-archive-keyring.gpg

# mirror_of LABEL: prints the URL from which this machine's apt gets the packages
# of a repository (Label: in its Release file).
mirror_of() {
	# shellcheck disable=SC2016 # apt expands it
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Label: $1" | sed -n 1p | grep . || {
		echo "Cannot fetch packages of $1: this machine's apt has no mirror for it; add one to sources.list" >&2
		exit 1
	}
}

# source_of LABEL SUITE ARCHITECTURE: prints a line for a sources.list.
source_of() {
	local mirror
	mirror=$(mirror_of "$1")
	echo "deb [arch=$3 signed-by=$APT_KEYS] $mirror $2 main"
}

# make_apt FOLDER ARCHITECTURE <SOURCES: creates the private apt in a folder.
make_apt() {
	mkdir -p "$1"/{etc/{apt.conf,preferences,sources.list}.d,state,cache}
	cat >"$1/etc/sources.list"
	: >"$1/state/status"
	{
		apt-config dump Acquire # how this machine reaches its mirror
		cat <<-END_OF_SETTINGS
			Acquire::Languages "none";
			Dir::Etc "$1/etc";
			Dir::State "$1/state";
			Dir::State::Status "$1/state/status";
			Dir::Cache "$1/cache";
			APT::Architecture "$2";
			APT::Architectures "$2";
			APT::Install-Recommends "false";
			APT::Sandbox::User "";
		END_OF_SETTINGS
	} >"$1/apt.conf"
}

# with_apt FOLDER COMMAND…: runs a command with the private apt; its output goes
# to FOLDER/log, and to stderr if it fails.
with_apt() {
	local folder=$1
	shift
	APT_CONFIG=$folder/apt.conf "$@" >"$folder/log" 2>&1 || {
		cat "$folder/log" >&2
		echo "Cannot fetch Debian packages: \"$*\" failed" >&2
		exit 1
	}
}
