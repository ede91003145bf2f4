namespace Maas.Testing;

/// <summary>A script that the server wants run.</summary>
/// <param name="Kind">The column of the index: commissioning, testing, …</param>
/// <param name="Name">Its name.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="ResultId">The result it belongs to.</param>
/// <param name="Timeout">How long it may run; zero for no limit.</param>
public sealed record SimulatedScript(string Kind, string Name, ReadOnlyMemory<byte> Content, string ResultId, TimeSpan Timeout);

/// <summary>What a script did.</summary>
/// <param name="ExitStatus">0 when it passed.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record SimulatedScriptResult(int ExitStatus, string Output, string Error = "");
