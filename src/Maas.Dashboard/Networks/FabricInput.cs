using Maas.Core.Topology;

namespace Maas.Dashboard.Networks;

/// <summary>The fields of a fabric's form.</summary>
public sealed class FabricInput
{
    /// <summary>The name; empty for a number.</summary>
    public string Name { get; set; } = "";

    /// <summary>Description.</summary>
    public string Description { get; set; } = "";

    /// <summary>Class, such as <c>10g</c>; empty for none.</summary>
    public string ClassType { get; set; } = "";

    /// <summary>The fields of a fabric.</summary>
    /// <param name="fabric">The stored one.</param>
    public static FabricInput Of(Fabric fabric) => new()
    {
        Name = fabric.GivenName, Description = fabric.Description, ClassType = fabric.ClassType,
    };

    /// <summary>Gives a fabric the values of the fields.</summary>
    public Func<Fabric, Fabric> ToEdit()
    {
        var (name, description, type) = (Name.Trim(), Description.Trim(), ClassType.Trim());
        return fabric => fabric with { GivenName = name, Description = description, ClassType = type };
    }
}
