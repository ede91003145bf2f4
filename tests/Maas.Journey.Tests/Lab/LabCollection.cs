namespace Maas.Journey.Tests.Lab;

/// <summary>Tests that boot virtual machines: one at a time, for a machine takes the cores there are.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LabCollection
{
    public const string Name = "virtual machines";
}
