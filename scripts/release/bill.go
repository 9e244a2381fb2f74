package main

import (
	"bytes"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
)

// bill is a CycloneDX 1.5 bill of materials, as far as a binary's own list of modules says it:
// https://cyclonedx.org/docs/1.5/json. It has no serial number, which would be another each time.
type bill struct {
	Format     string      `json:"bomFormat"`
	Spec       string      `json:"specVersion"`
	Version    int         `json:"version"`
	Metadata   metadata    `json:"metadata"`
	Components []component `json:"components"`
}

type metadata struct {
	Timestamp time.Time `json:"timestamp"`
	Component component `json:"component"`
}

type component struct {
	Type       string     `json:"type"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	Ref        string     `json:"bom-ref"`
	PURL       string     `json:"purl"`
	Licenses   []choice   `json:"licenses,omitempty"`
	Properties []property `json:"properties,omitempty"`
}

// choice holds the SPDX id of a licence. Where there are several, all apply.
type choice struct {
	License struct {
		ID string `json:"id"`
	} `json:"license"`
}

// licences are SPDX ids by path@version, as scripts/licences has found and cleared them.
type licences map[string][]string

// of puts the licences to a component. What was not cleared is in no release.
func (l licences) of(c component, path, version string) (component, error) {
	ids := l[path+"@"+version]
	if len(ids) == 0 {
		return c, fmt.Errorf("%s %s was not cleared by scripts/licences", path, version)
	}
	for _, id := range ids {
		var one choice
		one.License.ID = id
		c.Licenses = append(c.Licenses, one)
	}
	return c, nil
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// billOf lists what a binary was built from: its modules, as replaced, with the sums of go.sum and
// their licences, and Go's own library.
func billOf(binary, version string, at time.Time, cleared licences) ([]byte, error) {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return nil, fmt.Errorf("the modules of %s: %w", binary, err)
	}
	return billFrom(info, version, at, cleared)
}

func billFrom(info *debug.BuildInfo, version string, at time.Time, cleared licences) ([]byte, error) {
	own := componentOf("application", info.Main.Path, version, "")
	for _, setting := range info.Settings {
		switch setting.Key {
		case "GOOS", "GOARCH", "CGO_ENABLED", "-tags":
			own.Properties = append(own.Properties, property{"go:build:" + setting.Key, setting.Value})
		}
	}
	b := bill{Format: "CycloneDX", Spec: "1.5", Version: 1, Metadata: metadata{at, own}}
	golang, err := cleared.of(componentOf("library", "std", info.GoVersion, ""), "std", info.GoVersion)
	if err != nil {
		return nil, err
	}
	b.Components = append(b.Components, golang)
	for _, module := range info.Deps {
		linked := module
		if module.Replace != nil {
			linked = module.Replace
		}
		c, err := cleared.of(moduleOf(module), linked.Path, linked.Version)
		if err != nil {
			return nil, err
		}
		b.Components = append(b.Components, c)
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(b); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func moduleOf(module *debug.Module) component {
	if module.Replace == nil {
		return componentOf("library", module.Path, module.Version, module.Sum)
	}
	c := componentOf("library", module.Replace.Path, module.Replace.Version, module.Replace.Sum)
	c.Properties = append(c.Properties, property{"go:replaces", module.Path + "@" + module.Version})
	return c
}

func componentOf(kind, name, version, sum string) component {
	// The name in small letters and the version with its signs escaped: purl-spec's type golang.
	purl := fmt.Sprintf("pkg:golang/%s@%s", strings.ToLower(name), strings.ReplaceAll(version, "+", "%2B"))
	c := component{Type: kind, Name: name, Version: version, Ref: purl, PURL: purl}
	if sum != "" {
		c.Properties = []property{{"go:sum", sum}}
	}
	return c
}
