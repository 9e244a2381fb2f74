package types

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Limits of what a registrant may state. Lengths are in bytes of UTF-8.
const (
	MaxTitle            = 256
	MaxMediaType        = 128
	MaxURI              = 512
	MaxCreators         = 32
	MaxCreatorName      = 128
	MaxCreatorRole      = 64
	MaxFingerprints     = 16
	MaxScheme           = 32
	MaxFingerprintValue = 256
)

// digitalSourceTypes is IPTC's vocabulary of October 2024,
// http://cv.iptc.org/newscodes/digitalsourcetype/, its retired terms included:
// files that carry them stay registrable.
var digitalSourceTypes = map[string]bool{
	"digitalCapture": true, "computationalCapture": true, "negativeFilm": true, "positiveFilm": true,
	"print": true, "minorHumanEdits": true, "humanEdits": true, "algorithmicallyEnhanced": true,
	"softwareImage": true, "digitalArt": true, "digitalCreation": true, "dataDrivenMedia": true,
	"trainedAlgorithmicMedia": true, "algorithmicMedia": true, "screenCapture": true,
	"virtualRecording": true, "composite": true, "compositeCapture": true, "compositeSynthetic": true,
	"compositeWithTrainedAlgorithmicMedia": true,
}

// Validate checks everything that a registrant states. It fails with
// ErrInvalidDetails, naming the field and what it takes.
func (d Details) Validate() error {
	if _, known := Kind_name[int32(d.Kind)]; !known || d.Kind == KIND_UNSPECIFIED {
		return invalid("kind", "is needed: %s to %s, not %d", KIND_TEXT, KIND_OTHER, int32(d.Kind))
	}
	if err := validText("title", d.Title, MaxTitle); err != nil {
		return err
	}
	if err := validMediaType(d.MediaType); err != nil {
		return err
	}
	if err := d.validateMetadata(); err != nil {
		return err
	}
	if d.DigitalSourceType != "" && !digitalSourceTypes[d.DigitalSourceType] {
		return invalid("digital_source_type", "must be one of IPTC's terms, such as digitalCapture, "+
			"digitalCreation, trainedAlgorithmicMedia or compositeWithTrainedAlgorithmicMedia, not %q; "+
			"leave it empty when not known", clip(d.DigitalSourceType))
	}
	if err := validateCreators(d.Creators); err != nil {
		return err
	}
	return validateFingerprints(d.Fingerprints)
}

func (d Details) validateMetadata() error {
	if err := validURI(d.MetadataUri); err != nil {
		return err
	}
	if !d.MetadataSha256.IsZero() && d.MetadataUri == "" {
		return invalid("metadata_sha256", "says what metadata_uri serves: give metadata_uri too, or neither")
	}
	return nil
}

func validateCreators(creators []Creator) error {
	if len(creators) > MaxCreators {
		return invalid("creators", "has %d entries, at most %d are possible", len(creators), MaxCreators)
	}
	for i, c := range creators {
		field := fmt.Sprintf("creators[%d]", i)
		if c.Name == "" {
			return invalid(field+".name", "is empty: name the creator")
		}
		if err := validText(field+".name", c.Name, MaxCreatorName); err != nil {
			return err
		}
		if err := validText(field+".role", c.Role, MaxCreatorRole); err != nil {
			return err
		}
		if c.Account == "" {
			continue
		}
		if _, err := sdk.AccAddressFromBech32(c.Account); err != nil {
			return invalid(field+".account", "%q is not an account: %s; leave it empty without one", clip(c.Account), err)
		}
	}
	return nil
}

func validateFingerprints(fingerprints []Fingerprint) error {
	if len(fingerprints) > MaxFingerprints {
		return invalid("fingerprints", "has %d entries, at most %d are possible", len(fingerprints), MaxFingerprints)
	}
	for i, f := range fingerprints {
		field := fmt.Sprintf("fingerprints[%d]", i)
		if err := f.validate(field); err != nil {
			return err
		}
		for _, earlier := range fingerprints[:i] {
			if earlier == f {
				return invalid(field, "%s %q is there twice: give it once", f.Scheme, f.Value)
			}
		}
	}
	return nil
}

func (f Fingerprint) validate(field string) error {
	if err := ValidateScheme(field+".scheme", f.Scheme); err != nil {
		return err
	}
	if f.Scheme == SchemeSHA256 {
		return invalid(field+".scheme", "sha256 is the work's own content: give another scheme's fingerprint")
	}
	if f.Value == "" {
		return invalid(field+".value", "is empty")
	}
	return validText(field+".value", f.Value, MaxFingerprintValue)
}

// ValidateScheme checks the name of a fingerprint's scheme: 1 to 32 of a-z, 0-9,
// dot, underscore and hyphen. It fails with ErrInvalidDetails.
func ValidateScheme(field, scheme string) error {
	if scheme == "" || len(scheme) > MaxScheme || strings.IndexFunc(scheme, notSchemeRune) >= 0 {
		return invalid(field, "must be 1 to %d of a-z, 0-9, dot, underscore and hyphen, such as iscc or doi, not %q",
			MaxScheme, clip(scheme))
	}
	return nil
}

func notSchemeRune(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '.' && r != '_' && r != '-'
}

// validMediaType checks for type/subtype, parameters allowed, without knowing
// the registered types.
func validMediaType(s string) error {
	if s == "" {
		return nil
	}
	kind, subtype, _ := strings.Cut(s, "/")
	if len(s) > MaxMediaType || kind == "" || subtype == "" || strings.IndexFunc(s, notPrintableASCII) >= 0 {
		return invalid("media_type", "must be type/subtype in at most %d bytes, such as image/png, not %q", MaxMediaType, clip(s))
	}
	return nil
}

// validURI checks for scheme:rest without spaces, the part of RFC 3986 that
// keeps nonsense out; it promises no more.
func validURI(s string) error {
	if s == "" {
		return nil
	}
	scheme, rest, _ := strings.Cut(s, ":")
	badScheme := scheme == "" || strings.IndexFunc(strings.ToLower(scheme), notURISchemeRune) >= 0
	if len(s) > MaxURI || badScheme || rest == "" || strings.IndexFunc(s, notPrintableASCII) >= 0 || strings.Contains(s, " ") {
		return invalid("metadata_uri", "must be a URI of at most %d bytes, such as https://example.org/work.json or ipfs://..., not %q",
			MaxURI, clip(s))
	}
	return nil
}

func notURISchemeRune(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '.' && r != '+' && r != '-'
}

func notPrintableASCII(r rune) bool { return r < ' ' || r > '~' }

// validText refuses what is too long, not UTF-8, or would play tricks on a
// terminal or in a comparison by eye.
func validText(field, s string, limit int) error {
	switch {
	case len(s) > limit:
		return invalid(field, "has %d bytes, at most %d are possible", len(s), limit)
	case !utf8.ValidString(s):
		return invalid(field, "is not valid UTF-8")
	case strings.IndexFunc(s, unicode.IsControl) >= 0:
		return invalid(field, "holds control characters: remove line breaks, tabs and escapes")
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }):
		return invalid(field, "holds characters that turn the direction of writing: remove them, they make texts look like others")
	}
	return nil
}

func invalid(field, format string, args ...any) error {
	return errorsmod.Wrapf(ErrInvalidDetails, "%s %s", field, fmt.Sprintf(format, args...))
}

// clip keeps an error short when the input is not.
func clip(s string) string {
	const limit = 80
	if len(s) <= limit {
		return s
	}
	return s[:limit] + "..."
}
