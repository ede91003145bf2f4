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

    /// <summary>
    /// Names, ids or tags of release scripts, which run before the disks are erased; <c>wipe-disks</c> among them erases, too. None when
    /// null.
    /// </summary>
    public IReadOnlyList<string>? Scripts { get; init; }

    /// <summary>Values of the scripts' parameters, by PARAMETER for all of them, or SCRIPT_PARAMETER for one.</summary>
    public IReadOnlyDictionary<string, string> ScriptValues { get; init; } = new Dictionary<string, string>();

    /// <summary>A reason, for the journal.</summary>
    public string? Comment { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form)
    {
        form.Add("erase", Erase).Add("secure_erase", SecureErase).Add("quick_erase", QuickErase)
            .Add("scripts", Scripts is { } scripts ? string.Join(',', scripts) : null).Add("comment", Comment);
        foreach (var (name, value) in ScriptValues) form.Add(name, value);
    }
}
