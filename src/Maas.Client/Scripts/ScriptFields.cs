namespace Maas.Client.Scripts;

/// <summary>The arguments of a script.</summary>
public sealed record ScriptFields : IMaasFields
{
    /// <summary>Its name; that of the metadata in the script by default.</summary>
    public string? Name { get; init; }

    /// <summary>Its title.</summary>
    public string? Title { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>commissioning, testing, release or deployment.</summary>
    public string? Type { get; init; }

    /// <summary>Seconds it may run; 0 for no limit.</summary>
    public long? Timeout { get; init; }

    /// <summary>Whether it overwrites disks.</summary>
    public bool? Destructive { get; init; }

    /// <summary>Its text.</summary>
    public string? Script { get; init; }

    /// <summary>What has changed.</summary>
    public string? Comment { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form)
    {
        form
            .Add("name", Name)
            .Add("title", Title)
            .Add("description", Description)
            .Add("tags", Tags)
            .Add("type", Type)
            .Add("timeout", Timeout)
            .Add("destructive", Destructive)
            .Add("script", Script)
            .Add("comment", Comment);
    }
}
