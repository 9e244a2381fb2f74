package fingerprint

import (
	"errors"
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
		"https://www.doi.org/", "http://www.doi.org/", "doi.org/", "dx.doi.org/", "info:doi/")
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
	hashForm = regexp.MustCompile(`^([0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$`)
	urnForm  = regexp.MustCompile(`(?i)^(urn:(c2pa|uuid):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})(:[!-~]{1,64})?$`)
)

// c2pa: the hash of a manifest in lower-case hex (SHA-256, -384 or -512, the
// algorithms of C2PA 2.1, 13.1), or the URN that labels a manifest ("Unique
// Identifiers": a UUID, whose letters have no case by RFC 9562, 4, and what its
// maker adds).
func c2pa(s string) (string, error) {
	if parts := urnForm.FindStringSubmatch(s); parts != nil {
		return lowerASCII(parts[1]) + parts[4], nil
	}
	s, _ = cutAny(s, "sha256:", "sha384:", "sha512:")
	if s = lowerASCII(s); !hashForm.MatchString(s) {
		return "", errors.New("must be the hash of a manifest, 64, 96 or 128 hex digits, or its label that begins with urn:c2pa")
	}
	return s, nil
}

var phashForm = regexp.MustCompile(`^([0-9a-f]{2}){8,64}$`)

// phash: a perceptual hash of 8 to 64 bytes in lower-case hex. There is no
// standard; 8 bytes are pHash's, 32 those of PDQ.
func phash(s string) (string, error) {
	s, _ = cutAny(s, "phash:", "0x")
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

var hubAddresses = []string{"huggingface.co/", "www.huggingface.co/", "hf.co/", "hf://", "hf:"}

var hubForm = regexp.MustCompile(`^(datasets/|spaces/)?(\w[\w.-]*/)?\w[\w.-]*(@[\w./-]+)?$`)

// huggingFace: owner/name as the hub spells it, datasets/ or spaces/ before it
// where it is no model, @ and a revision after it. The form is that of
// huggingface_hub's validate_repo_id, and of hf:// addresses of its file system.
// Case stays: the hub tells names apart by it when it writes them.
func huggingFace(s string) (string, error) {
	s, _ = cutAny(s, "https://", "http://")
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
	// An owner called as the hub's address would be taken for it next time.
	_, linked = cutAny(s, hubAddresses...)
	if linked || !hubForm.MatchString(s) || strings.Contains(s, "--") || strings.Contains(s, "..") {
		return "", errors.New("must be owner/name, such as openai/whisper-large-v3, with datasets/ or spaces/ before it")
	}
	return s, nil
}

// repository is what comes before the revision.
func repository(name string) string {
	name, _, _ = strings.Cut(name, "@")
	return name
}
