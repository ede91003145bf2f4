using Maas.Install.Quoting;

namespace Maas.Install.Recipes;

/// <summary>
/// An ISO that a machine boots, and what is changed in it for this machine while it is served. The ISO itself stays as it is.
/// </summary>
/// <param name="File">
/// The ISO: a name among the boot files (<c>iso/debian-12.iso</c>), or <c>sha256:</c> and the digest of a blob of the image library, in
/// hexadecimal. Letters, digits and <c>._:/@+,=-</c>.
/// </param>
/// <param name="Changes">The changes in their order; each sees the files as those before it left them.</param>
public sealed record InstallerIso(string File, IReadOnlyList<InstallerIsoChange> Changes)
{
    /// <summary>What <see cref="File"/> begins with when it names a blob of the image library.</summary>
    public const string DigestPrefix = "sha256:";

    private const string Extension = ".iso";

    /// <summary>
    /// The last part of the URL, <c>debian-12.iso</c>. It ends in <c>.iso</c>, by which UEFI HTTP boot recognizes a disk image.
    /// </summary>
    public string Name
    {
        get
        {
            if (File.StartsWith(DigestPrefix, StringComparison.Ordinal)) return $"image{Extension}";
            var name = File[(File.LastIndexOf('/') + 1)..];
            return name.EndsWith(Extension, StringComparison.OrdinalIgnoreCase) ? name : name + Extension;
        }
    }

    /// <summary>Fills in the places of the texts that replace others.</summary>
    /// <param name="places">What is known of the machine and this server.</param>
    /// <exception cref="ArgumentException">A place would get a text that is more than one word.</exception>
    public InstallerIso At(InstallerPlaces places) => this with
    {
        Changes =
        [
            .. Changes.Select(change => change is InstallerIsoChange.Replacement text
                ? text with { Text = InstallerBoot.Fill(text.Text, places) }
                : change),
        ],
    };

    /// <summary>What is wrong with it; <see langword="null"/> when nothing is.</summary>
    internal string? Check(IReadOnlyList<AnswerFileTemplate> files) =>
        !IsFile(File) ? $"'{File}' is no name of an ISO among the boot files, and no {DigestPrefix} with 64 hexadecimal digits."
        : Changes.Select(change => Check(change, files)).FirstOrDefault(reason => reason is not null);

    private static string? Check(InstallerIsoChange change, IReadOnlyList<AnswerFileTemplate> files) =>
        !IsPath(change.Path) ? $"'{change.Path}' is no path of a file in an ISO."
        : change is InstallerIsoChange.InitialRamDisk { Target: var target } && !IsPath(target)
            ? $"'{target}' is no path of a file in an initial RAM disk."
        : change is InstallerIsoChange.Replacement { Search.Length: 0 } ? $"No text is searched for in '{change.Path}'."
        : change.Template is { } template && files.All(file => file.Template != template)
            ? $"The recipe has no answer file of the template '{template}'."
        : null;

    private static bool IsFile(string name) =>
        name.StartsWith(DigestPrefix, StringComparison.Ordinal)
            ? name.Length == DigestPrefix.Length + 64 && name[DigestPrefix.Length..].All(char.IsAsciiHexDigit)
            : Quote.IsPlain(name) && IsPath(name);

    private static bool IsPath(string path) =>
        path.Length is > 0 and <= 512 && !path.Any(char.IsControl) && path[0] != '/'
        && path.Split('/').All(part => part is not ("" or "." or ".."));
}

/// <summary>A change of an ISO for one machine.</summary>
public abstract record InstallerIsoChange
{
    private InstallerIsoChange(string path) => Path = path;

    /// <summary>The file in the ISO, <c>isolinux/txt.cfg</c>, without a slash at its beginning.</summary>
    public string Path { get; init; }

    /// <summary>The template that is rendered; <see langword="null"/> for a change without one.</summary>
    public abstract string? Template { get; }

    /// <summary>
    /// A file of the ISO is the rendered template. A new file's folder has to be there: a new file in the root is always possible.
    /// </summary>
    public sealed record AnswerFile : InstallerIsoChange
    {
        /// <summary>The change.</summary>
        /// <param name="path">The file, <c>preseed.cfg</c>.</param>
        /// <param name="template">The template, <c>debian/preseed</c>.</param>
        public AnswerFile(string path, string template)
            : base(path) => Template = template;

        /// <inheritdoc/>
        public override string Template { get; }
    }

    /// <summary>
    /// A file in an initial RAM disk of the ISO is the rendered template. The system needs no drive to read it: what iPXE's <c>sanboot</c>
    /// shows to the firmware, Linux does not see.
    /// </summary>
    public sealed record InitialRamDisk : InstallerIsoChange
    {
        /// <summary>The change.</summary>
        /// <param name="path">The initial RAM disk in the ISO, <c>install.amd/initrd.gz</c>.</param>
        /// <param name="target">The file in it, <c>preseed.cfg</c>.</param>
        /// <param name="template">The template.</param>
        public InitialRamDisk(string path, string target, string template)
            : base(path) => (Target, Template) = (target, template);

        /// <summary>The file in the initial RAM disk. Its folders are made.</summary>
        public string Target { get; init; }

        /// <inheritdoc/>
        public override string Template { get; }
    }

    /// <summary>
    /// A text in a file of the ISO is replaced at each place where it occurs: the kernel's command line in the configuration of a boot
    /// loader.
    /// </summary>
    public sealed record Replacement : InstallerIsoChange
    {
        /// <summary>The change.</summary>
        /// <param name="path">The file, of 1 MiB at most.</param>
        /// <param name="search">The text, which has to occur; upper and lower case differ.</param>
        /// <param name="text">What replaces it, with the places of <see cref="InstallerBoot"/>.</param>
        public Replacement(string path, string search, string text)
            : base(path) => (Search, Text) = (search, text);

        /// <summary>The text that is replaced.</summary>
        public string Search { get; init; }

        /// <summary>What replaces it.</summary>
        public string Text { get; init; }

        /// <inheritdoc/>
        public override string? Template => null;
    }
}
