namespace Maas.Client.Placement;

/// <summary>The arguments of a resource pool.</summary>
public sealed record ResourcePoolFields : IMaasFields
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
