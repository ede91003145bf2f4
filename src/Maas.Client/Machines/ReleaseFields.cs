namespace Maas.Client.Machines;

/// <summary>The arguments of a release.</summary>
public sealed record ReleaseFields : IMaasFields
{
    /// <summary>Whether the disks are erased.</summary>
    public bool? Erase { get; init; }

    /// <summary>Whether they are erased with the disks' own secure erase.</summary>
    public bool? SecureErase { get; init; }

    /// <summary>Whether only the beginning and the end of disks and partitions are erased.</summary>
    public bool? QuickErase { get; init; }

    /// <summary>A reason, for the journal.</summary>
    public string? Comment { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form) => form.Add("erase", Erase).Add("secure_erase", SecureErase).Add("quick_erase", QuickErase)
        .Add("comment", Comment);
}
