namespace Maas.Images;

/// <summary>One report of a long import or build: what is being done now, and how far it is.</summary>
/// <param name="Step">The step, for display: <c>download</c>, <c>verify</c>, <c>pack initrd</c>.</param>
/// <param name="Item">The file or package at hand; <see langword="null"/> when the step has none.</param>
/// <param name="Done">Bytes done of this item.</param>
/// <param name="Total">Bytes of this item; <see langword="null"/> when not known beforehand.</param>
public readonly record struct ImportProgress(string Step, string? Item = null, long Done = 0, long? Total = null)
{
    /// <summary>Part of the item that is done, 0 to 1; <see langword="null"/> when the total is not known.</summary>
    public double? Fraction => Total is > 0 ? Math.Clamp((double)Done / Total.Value, 0, 1) : null;
}
