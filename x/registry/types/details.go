package types

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/registry/fingerprint"
	"github.com/stemma-chain/stemma/x/registry/text"
)

// Limits of what a registrant may state. Lengths are in bytes of UTF-8.
const (
	MaxTitle        = 1024
	MaxMediaType    = 128
	MaxURI          = 512
	MaxCreators     = 32
	MaxCreatorName  = 128
	MaxCreatorRole  = 64
	MaxFingerprints = 16
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

// DigitalSourceTypes lists the vocabulary's terms, in order.
func DigitalSourceTypes() []string { return slices.Sorted(maps.Keys(digitalSourceTypes)) }

// Validate checks everything that a registrant states. It fails with
// ErrInvalidDetails, naming the field and what it takes.
func (d Details) Validate() error {
	if err := d.validateFacts(); err != nil {
		return err
	}
	if err := text.Check("title", d.Title, MaxTitle); err != nil {
		return refused(err)
	}
	if err := validMediaType(d.MediaType); err != nil {
		return err
	}
	if err := text.CheckURI("metadata_uri", d.MetadataUri, MaxURI); err != nil {
		return refused(err)
	}
	if d.MetadataUri == "" && !d.MetadataSha256.IsZero() {
		return invalid("metadata_sha256", "says what metadata_uri serves: give metadata_uri too, or neither")
	}
	if err := validateCreators(d.Creators); err != nil {
		return err
	}
	return validateFingerprints(d.Fingerprints)
}

// validateFacts checks what stays when the text is blanked.
func (d Details) validateFacts() error {
	if _, known := Kind_name[int32(d.Kind)]; !known || d.Kind == KIND_UNSPECIFIED {
		return invalid("kind", "is needed: %s to %s, not %d", KIND_TEXT, KIND_OTHER, int32(d.Kind))
	}
	if d.DigitalSourceType != "" && !digitalSourceTypes[d.DigitalSourceType] {
		return invalid("digital_source_type", "must be one of IPTC's terms, such as digitalCapture, "+
			"digitalCreation, trainedAlgorithmicMedia or compositeWithTrainedAlgorithmicMedia, not %q; "+
			"leave it empty when not known", clip(d.DigitalSourceType))
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
		if err := text.Check(field+".name", c.Name, MaxCreatorName); err != nil {
			return refused(err)
		}
		if err := text.Check(field+".role", c.Role, MaxCreatorRole); err != nil {
			return refused(err)
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

// validateFingerprints takes any spelling and refuses two of one fingerprint.
func validateFingerprints(fingerprints []Fingerprint) error {
	if len(fingerprints) > MaxFingerprints {
		return invalid("fingerprints", "has %d entries, at most %d are possible", len(fingerprints), MaxFingerprints)
	}
	seen := make(map[Fingerprint]int, len(fingerprints))
	for i, f := range fingerprints {
		field := fmt.Sprintf("fingerprints[%d]", i)
		normal, err := f.normalized()
		if err != nil {
			return invalid(field, "%s", err)
		}
		if first, twice := seen[normal]; twice {
			return invalid(field, "is the same as fingerprints[%d], %s %q: give it once", first, normal.Scheme, normal.Value)
		}
		seen[normal] = i
	}
	return nil
}

// normalized is the fingerprint's one spelling.
func (f Fingerprint) normalized() (Fingerprint, error) {
	scheme, value, err := fingerprint.Normalize(f.Scheme, f.Value)
	if err != nil {
		return Fingerprint{}, err
	}
	if scheme == SchemeSHA256 {
		return Fingerprint{}, errors.New("sha256 is the work's own content: give another scheme's fingerprint")
	}
	return Fingerprint{Scheme: scheme, Value: value}, nil
}

// Normalized returns the details as they are stored: fingerprints in their one
// spelling, so that look-ups find them in any other, accounts in theirs. The
// details are valid.
func (d Details) Normalized() (Details, error) {
	d.Creators = slices.Clone(d.Creators)
	for i, c := range d.Creators {
		if c.Account == "" {
			continue
		}
		account, err := sdk.AccAddressFromBech32(c.Account)
		if err != nil {
			return Details{}, invalid(fmt.Sprintf("creators[%d].account", i), "%s", err)
		}
		d.Creators[i].Account = account.String()
	}
	stated := d.Fingerprints
	d.Fingerprints = make([]Fingerprint, len(stated))
	for i, f := range stated {
		var err error
		if d.Fingerprints[i], err = f.normalized(); err != nil {
			return Details{}, invalid(fmt.Sprintf("fingerprints[%d]", i), "%s", err)
		}
	}
	return d, nil
}

// mediaTypeForm is type/subtype (RFC 6838, section 4.2); parameters in ASCII may
// follow.
var mediaTypeForm = regexp.MustCompile("^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*( *;[ -~]*)?$")

// validMediaType does not know the registered types.
func validMediaType(s string) error {
	if err := text.Check("media_type", s, MaxMediaType); err != nil || s == "" {
		return refused(err)
	}
	if !mediaTypeForm.MatchString(s) {
		return invalid("media_type", "must be type/subtype in ASCII, such as image/png, not %q", clip(s))
	}
	return nil
}

// refused makes the error of another package one about the details; nil stays nil.
func refused(err error) error {
	if err == nil {
		return nil
	}
	return errorsmod.Wrap(ErrInvalidDetails, err.Error())
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
