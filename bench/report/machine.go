package report

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
)

// Machine is where a run took place.
type Machine struct {
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"`
	Memory string `json:"memory"`
	Kernel string `json:"kernel"`
	System string `json:"system"`
	Go     string `json:"go"`
	Load   string `json:"load"` // /proc/loadavg when the run began
}

// ThisMachine describes the machine, as far as Linux tells.
func ThisMachine() Machine {
	return Machine{
		CPU: field("/proc/cpuinfo", "model name"), Cores: runtime.NumCPU(), Memory: field("/proc/meminfo", "MemTotal"),
		Kernel: first("/proc/sys/kernel/osrelease"), System: strings.Trim(field("/etc/os-release", "PRETTY_NAME"), `"`),
		Go: runtime.Version(), Load: first("/proc/loadavg"),
	}
}

// busy reports whether more wanted to run than there are processors, when the run began.
func (m Machine) busy() bool {
	load, _, _ := strings.Cut(m.Load, " ")
	v, err := strconv.ParseFloat(load, 64)
	return err == nil && v > float64(m.Cores)/2
}

// Commit returns the commit of the source, with a "+" when it was changed since.
func Commit(ctx context.Context, dir string) string {
	git := func(args ...string) string {
		cmd := exec.CommandContext(ctx, "git", args...)
		cmd.Dir = dir
		out, err := cmd.Output()
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(out))
	}
	commit := git("rev-parse", "--short=12", "HEAD")
	if git("status", "--porcelain", "--untracked-files=no", "--", ":/", ":(exclude,top)bench/results") != "" {
		commit += "+"
	}
	return commit
}

func first(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(data), "\n")
	return line
}

// field returns the value behind a name in a file of lines "name: value" or "name=value".
func field(path, name string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			return strings.TrimSpace(strings.TrimLeft(rest, " \t:="))
		}
	}
	return ""
}
