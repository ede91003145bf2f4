namespace Maas.Core.Scripts;

/// <summary>What is wrong with a script.</summary>
/// <param name="Line">The line of its text, 1 upward; 0 when no line is at fault.</param>
/// <param name="Field">The field of its metadata, such as <c>timeout</c>; empty for another problem.</param>
/// <param name="Reason">What is wrong.</param>
public sealed record ScriptProblem(int Line, string Field, string Reason);
