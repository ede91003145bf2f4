namespace Maas.Client.Placement;

/// <summary>The arguments of a zone.</summary>
public sealed record ZoneFields : IMaasFields
{
    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form)
    {
        form
            .Add("name", Name)
            .Add("description", Description);
    }
}
