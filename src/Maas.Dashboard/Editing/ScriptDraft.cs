namespace Maas.Dashboard.Editing;

/// <summary>A script as a user wants to save it.</summary>
/// <param name="Body">Its bytes.</param>
/// <param name="Comment">What was changed, in words.</param>
/// <param name="FileName">The name of the uploaded file, for a script whose metadata has no name; empty for none.</param>
/// <param name="Name">What the script is called in the outcome.</param>
public sealed record ScriptDraft(ReadOnlyMemory<byte> Body, string Comment, string FileName, string Name);
