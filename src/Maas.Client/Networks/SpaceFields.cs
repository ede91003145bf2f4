namespace Maas.Client.Networks;

/// <summary>The arguments of a space.</summary>
public sealed record SpaceFields : IMaasFields
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
