using Maas.Install.Quoting;

namespace Maas.Install.Recipes;

/// <summary>
/// What a machine boots to run an installer. Texts contain places in braces, which <see cref="At"/> fills in: <c>{answers}</c>, the URL of
/// the answer files without a slash at its end; <c>{files}</c>, the URL of the boot files without one; <c>{iso}</c>, the URL of the
/// machine's ISO, of a recipe that has one; <c>{server}</c>, the address of this server; <c>{hostname}</c>, <c>{domain}</c>;
/// <c>{mac}</c>, the address of the boot interface in pxelinux's form <c>52-54-00-12-34-56</c>; <c>{options}</c>, the kernel options of the
/// operator and of the machine's tags.
/// </summary>
public abstract record InstallerBoot
{
    private InstallerBoot() { }

    /// <summary>A Linux kernel with its initial RAM disks.</summary>
    /// <param name="File">Name of the kernel among the boot files, or an absolute http URL.</param>
    /// <param name="InitialRamDisks">Names of the RAM disks, in order.</param>
    /// <param name="CommandLine">The kernel's command line, with places.</param>
    public sealed record Kernel(string File, IReadOnlyList<string> InitialRamDisks, string CommandLine) : InstallerBoot;

    /// <summary>An iPXE script; machines that boot by GRUB or pxelinux cannot run it.</summary>
    /// <param name="Text">The script, with places.</param>
    public sealed record IpxeScript(string Text) : InstallerBoot;

    /// <summary>Fills in the places.</summary>
    /// <param name="places">What is known of the machine and this server.</param>
    /// <exception cref="ArgumentException">A place would get a text that is more than one word.</exception>
    public InstallerBoot At(InstallerPlaces places) => this switch
    {
        Kernel kernel => kernel with { CommandLine = Fill(kernel.CommandLine, places).TrimEnd() },
        IpxeScript script => script with { Text = Fill(script.Text, places) },
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Fills in the places of a text.</summary>
    internal static string Fill(string text, InstallerPlaces places) => text
        .Replace("{answers}", Word(places.Answers.AbsoluteUri).TrimEnd('/'), StringComparison.Ordinal)
        .Replace("{files}", Word(places.Files.AbsoluteUri).TrimEnd('/'), StringComparison.Ordinal)
        .Replace("{iso}", Word(places.Iso?.AbsoluteUri ?? ""), StringComparison.Ordinal)
        .Replace("{server}", Word(places.Server), StringComparison.Ordinal)
        .Replace("{hostname}", Word(places.Hostname), StringComparison.Ordinal)
        .Replace("{domain}", Word(places.Domain), StringComparison.Ordinal)
        .Replace("{mac}", Word(places.Mac), StringComparison.Ordinal)
        // last: what the operator wrote is not searched for places
        .Replace("{options}", OneLine(places.Options), StringComparison.Ordinal);

    private static string Word(string value) =>
        Quote.IsPlain(value.Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal)) ? value
        : throw new ArgumentException("A boot parameter has characters other than letters, digits and ._:/@+,=-[].");

    private static string OneLine(string value) =>
        value.Any(char.IsControl) ? throw new ArgumentException("The kernel options have control characters.") : value;
}

/// <summary>What is known of a machine and this server when the machine boots.</summary>
public sealed record InstallerPlaces
{
    /// <summary>The URL below which the machine's answer files are, with its one-time token.</summary>
    public required Uri Answers { get; init; }

    /// <summary>The URL below which the boot files are.</summary>
    public required Uri Files { get; init; }

    /// <summary>
    /// The URL of the machine's ISO, with its one-time token; <see langword="null"/> for a recipe without <see cref="InstallRecipe.Iso"/>.
    /// </summary>
    public Uri? Iso { get; init; }

    /// <summary>This server's address as the machine reaches it.</summary>
    public required string Server { get; init; }

    /// <summary>The machine's host name.</summary>
    public required string Hostname { get; init; }

    /// <summary>The machine's domain.</summary>
    public required string Domain { get; init; }

    /// <summary>The address of the boot interface, <c>52-54-00-12-34-56</c>.</summary>
    public required string Mac { get; init; }

    /// <summary>Kernel options of the operator and of the machine's tags; empty for none.</summary>
    public string Options { get; init; } = "";
}
