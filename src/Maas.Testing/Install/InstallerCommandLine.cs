using System.Diagnostics.CodeAnalysis;

namespace Maas.Testing.Install;

/// <summary>Which installer a kernel's command line starts, and where its answer file is.</summary>
/// <param name="Program">What it is called in the machine's story.</param>
/// <param name="Answers">The answer file.</param>
/// <param name="Others">Files that are fetched before it, and may be missing.</param>
internal sealed record InstallerCommandLine(InstallerKind Program, Uri Answers, IReadOnlyList<Uri> Others)
{
    /// <summary>Reads a command line; <see langword="false"/> when it starts no installer that is known.</summary>
    public static bool TryParse(string commandLine, [NotNullWhen(true)] out InstallerCommandLine? given)
    {
        var words = commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        given = null;
        if (Value(words, "inst.ks") is { } kickstart)
            given = Of(InstallerKind.Anaconda, kickstart);
        else if (words.Contains("autoinstall") && Value(words, "ds") is { } source
            && source.IndexOf(";s=", StringComparison.Ordinal) is var at and >= 0)
            given = OfSeed(source[(at + 3)..]);
        else if ((Value(words, "preseed/url") ?? (words.Contains("auto=true") ? Value(words, "url") : null)) is { } preseed)
            given = Of(InstallerKind.Debian, preseed);
        return given is not null;
    }

    private static string? Value(string[] words, string name) =>
        words.LastOrDefault(word => word.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];

    private static InstallerCommandLine? Of(InstallerKind program, string answers) =>
        Uri.TryCreate(answers, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? new InstallerCommandLine(program, url, [])
            : null;

    // cloud-init's datasource NoCloud: meta-data first.
    private static InstallerCommandLine? OfSeed(string seed) =>
        Of(InstallerKind.Subiquity, seed + "user-data") is { } given
            ? given with { Others = [new Uri(seed + "meta-data"), new Uri(seed + "vendor-data")] }
            : null;
}

/// <summary>An installer that can be played.</summary>
internal enum InstallerKind
{
    /// <summary>The Debian installer with a preseed.</summary>
    Debian,

    /// <summary>Ubuntu's server installer with autoinstall.</summary>
    Subiquity,

    /// <summary>Anaconda with a kickstart file.</summary>
    Anaconda,
}
