namespace Maas.Images.Inspection;

/// <summary>A kernel in a tree.</summary>
/// <param name="Path">Where it is, from the tree's root; empty for an image that is a kernel itself.</param>
/// <param name="Kernel">What it is.</param>
public sealed record KernelFile(string Path, LinuxKernel Kernel)
{
    /// <summary>Its release: as its header says, or as its name does; <see langword="null"/> where neither does.</summary>
    public string? Version =>
        Kernel.Version
            ?? (Path.LastIndexOf('-') >= 0 && Path[(Path.LastIndexOf('/') + 1)..].Split('-', 2) is [_, var version] ? version : null);
}
