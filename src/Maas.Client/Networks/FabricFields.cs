namespace Maas.Client.Networks;

/// <summary>The arguments of a fabric.</summary>
public sealed record FabricFields : IMaasFields
{
    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>Its class, such as 10g.</summary>
    public string? ClassType { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form)
    {
        form
            .Add("name", Name)
            .Add("description", Description)
            .Add("class_type", ClassType);
    }
}
