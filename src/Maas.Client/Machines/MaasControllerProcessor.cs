namespace Maas.Client.Machines;

/// <summary>A processor.</summary>
public sealed record MaasControllerProcessor
{
    /// <summary>Its socket.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>Model.</summary>
    public string? Model { get; init; }

    /// <summary>Cores.</summary>
    public int? Cores { get; init; }

    /// <summary>Threads.</summary>
    public int? Threads { get; init; }

    /// <summary>Instruction set, such as x86-64.</summary>
    public string? InstructionSet { get; init; }
}
