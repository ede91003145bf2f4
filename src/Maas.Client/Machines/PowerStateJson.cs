namespace Maas.Client.Machines;

/// <summary>The answer to a question for the power state.</summary>
internal sealed record PowerStateJson(string? State);
