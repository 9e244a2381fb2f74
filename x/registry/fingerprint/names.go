package fingerprint

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

var doiForm = regexp.MustCompile(`^10\.[0-9]+(\.[0-9]+)*/[^ ]+$`)

// doi: prefix and suffix in lower case, without a link around them. ISO
// 26324:2022 and DOI Handbook, 2.2 (syntax: it starts with 10.), 2.4 (ASCII
// letters have no case), 2.5 and 2.6 (in a link escapes stand for characters; doi:
// and https://doi.org/ are ways of showing it). Elsewhere escapes stand for
// themselves.
func doi(s string) (string, error) {
	name, linked := cutAny(s, "https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "http://dx.doi.org/",
		"https://www.doi.org/", "http://www.doi.org/", "doi.org/", "dx.doi.org/", "www.doi.org/", "info:doi/")
	if linked {
		name, _, _ = strings.Cut(name, "#")
		name, _, _ = strings.Cut(name, "?")
		name = unescaped(name)
	} else {
		name = unlabelled(s, "doi")
	}
	if !doiForm.MatchString(name) {
		return "", errors.New("must be a DOI, such as 10.1000/182")
	}
	return lowerASCII(name), nil
}

// lowerASCII leaves other letters, whose case depends on the version of Unicode,
// and bytes that are no UTF-8, which are refused later.
func lowerASCII(s string) string {
	bz := []byte(s)
	for i, c := range bz {
		if c >= 'A' && c <= 'Z' {
			bz[i] = c - 'A' + 'a'
		}
	}
	return string(bz)
}

var (
	hashForm = regexp.MustCompile(`(?i)^(?:(sha-?(?:256|384|512)):)? *([0-9a-f]+)$`)
	urnForm  = regexp.MustCompile(`(?i)^(urn:(c2pa|uuid):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})(:[!-~]{1,64})?$`)
)

// hashNames: digits in hex -> the algorithm that makes as many.
var hashNames = map[int]string{64: "sha256", 96: "sha384", 128: "sha512"}

// c2pa: algorithm, colon and hash of a manifest in lower-case hex (SHA-256, -384 or
// -512, the algorithms of C2PA 2.1, 13.1, which its length tells where it is not
// named), or the URN that labels a manifest ("Unique Identifiers": a UUID, whose
// letters have no case by RFC 9562, 4, and what its maker adds). Labels with c2pa
// and with uuid are two: older versions of the standard write the latter.
func c2pa(s string) (string, error) {
	if parts := urnForm.FindStringSubmatch(s); parts != nil {
		return lowerASCII(parts[1]) + parts[4], nil
	}
	parts := hashForm.FindStringSubmatch(s)
	if parts == nil || hashNames[len(parts[2])] == "" {
		return "", errors.New("must be the hash of a manifest, 64, 96 or 128 hex digits, " +
			"or its label that begins with urn:c2pa")
	}
	name, digits := hashNames[len(parts[2])], lowerASCII(parts[2])
	if stated := strings.Replace(lowerASCII(parts[1]), "-", "", 1); stated != "" && stated != name {
		return "", fmt.Errorf("has %d hex digits, which are those of %s, not of %s: look for what is lost or too much",
			len(digits), name, stated)
	}
	return name + ":" + digits, nil
}

var phashForm = regexp.MustCompile(`^([0-9a-f]{2}){8,64}$`)

// phash: a perceptual hash of 8 to 64 bytes in lower-case hex. There is no
// standard; 8 bytes are pHash's, 32 those of PDQ.
func phash(s string) (string, error) {
	s, _ = cutAny(s, "phash:")
	s, _ = cutAny(s, "0x")
	if s = lowerASCII(s); !phashForm.MatchString(s) {
		return "", errors.New("must be 8 to 64 bytes in hex, such as d4c4b8e89a3c2f10")
	}
	return s, nil
}

var swhidForm = regexp.MustCompile(`^swh:1:(cnt|dir|rel|rev|snp):[0-9a-f]{40}$`)

// swhid: the core identifier in lower case (ISO/IEC 18670:2025, core
// identifiers). Qualifiers after a semicolon say where it was found, not what it is.
func swhid(s string) (string, error) {
	s, _, _ = strings.Cut(s, ";")
	if s = lowerASCII(s); !swhidForm.MatchString(s) {
		return "", errors.New("must be a core SWHID, such as swh:1:cnt:94a9ed024d3859793618152ea559a168bbcbb5e2")
	}
	return s, nil
}

var hubAddresses = []string{
	"https://huggingface.co/", "https://www.huggingface.co/", "https://hf.co/",
	"http://huggingface.co/", "http://www.huggingface.co/", "http://hf.co/",
	"huggingface.co/", "www.huggingface.co/", "hf.co/", "hf://", "hf:",
}

var hubForm = regexp.MustCompile(`^(datasets/|spaces/)?(\w[\w.-]*/)?\w[\w.-]*(@[\w./-]+)?$`)

// huggingFace: owner/name as the hub spells it, datasets/ or spaces/ before it
// where it is no model, @ and a revision after it, unless that is main, which the
// hub means without one. The form is that of huggingface_hub's validate_repo_id,
// and of hf:// addresses of its file system. Addresses of other hosts are refused.
// Case stays: the hub tells names apart by it when it writes them.
func huggingFace(s string) (string, error) {
	s, linked := cutAny(s, hubAddresses...)
	if linked {
		s, _, _ = strings.Cut(s, "#")
		s, _, _ = strings.Cut(s, "?")
		s = strings.TrimSuffix(s, "/")
		s = strings.Replace(s, "/tree/", "@", 1)
	}
	if name, isModel := strings.CutPrefix(s, "models/"); isModel && strings.Contains(repository(name), "/") {
		s = name
	}
	wellFormed := hubForm.MatchString(s)
	s = strings.TrimSuffix(s, "@main")
	// An owner called as the hub's address would be taken for it next time.
	_, linked = cutAny(s, hubAddresses...)
	if linked || !wellFormed || strings.Contains(s, "--") || strings.Contains(s, "..") {
		return "", errors.New("must be owner/name, such as openai/whisper-large-v3, with datasets/ or spaces/ before it")
	}
	return s, nil
}

// repository is what comes before the revision.
func repository(name string) string {
	name, _, _ = strings.Cut(name, "@")
	return name
}
