namespace Maas.Hosting;

/// <summary>
/// A change of an ISO, of <see cref="RecipeOptions.IsoChanges"/>: a rendered template, or a text that replaces another.
/// </summary>
public sealed class IsoChangeOptions
{
    /// <summary>The file in the ISO, <c>preseed.cfg</c>, without a slash at its beginning. Every change needs it.</summary>
    public string Path { get; set; } = "";

    /// <summary>
    /// The template that is rendered for the machine, <c>debian/preseed</c>: the file's new content. A change needs either it or
    /// <see cref="Search"/>.
    /// </summary>
    public string Template { get; set; } = "";

    /// <summary>
    /// Where the rendered template is put in the initial RAM disk that <see cref="Path"/> names; empty (default): it is the file itself.
    /// </summary>
    public string InitialRamDiskPath { get; set; } = "";

    /// <summary>A text in the file, which is replaced at each place where it occurs.</summary>
    public string Search { get; set; } = "";

    /// <summary>
    /// What replaces <see cref="Search"/>, with places in braces such as <c>{options}</c>: those of
    /// <see cref="Install.Recipes.InstallerBoot"/>.
    /// </summary>
    public string Replacement { get; set; } = "";
}
