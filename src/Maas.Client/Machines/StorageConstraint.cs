using System.Globalization;

namespace Maas.Client.Machines;

/// <summary>A disk that an allocated machine must have. The first constraint is the disk of the system.</summary>
/// <param name="Gigabytes">At least so many GB (10⁹ bytes).</param>
/// <example><code>
/// new AllocationConstraints { Storage = [new(20) { Label = "root", Tags = ["ssd"] }, new(100)] }   // root:20(ssd),100
/// </code></example>
public sealed record StorageConstraint(decimal Gigabytes)
{
    /// <summary>The name under which the answer tells the disk; null for none.</summary>
    public string? Label { get; init; }

    /// <summary>Tags that the disk must have, such as ssd.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The constraint as MAAS writes it: <c>label:size(tag,tag)</c>.</summary>
    /// <exception cref="FormatException">A label or a tag has a character that separates, or the size is not positive.</exception>
    public override string ToString()
    {
        if (Gigabytes <= 0) throw new FormatException("The size of a storage constraint is positive.");
        var size = Gigabytes.ToString("0.############", CultureInfo.InvariantCulture);
        var tags = Tags.Count == 0 ? "" : $"({string.Join(',', Tags.Select(tag => Constraint.Word(tag)))})";
        return Label is null ? size + tags : $"{Constraint.Word(Label)}:{size}{tags}";
    }
}
