using System.Text;

namespace Maas.Core.Scripts;

/// <summary>
/// A script of an application: its text, and what its metadata says. Machines run it like a built-in one, and users cannot change it.
/// </summary>
/// <example>
/// <code>
/// services.AddSingleton(ScriptDefinition.Parse("""
///     #!/bin/sh
///     # --- Start MAAS 1.0 script metadata ---
///     # name: rack-label
///     # script_type: commissioning
///     # --- End MAAS 1.0 script metadata ---
///     cat /sys/class/dmi/id/chassis_asset_tag
///     """));
/// </code>
/// </example>
public sealed class ScriptDefinition
{
    private ScriptDefinition(NodeScript script, ReadOnlyMemory<byte> body) => (Script, Body) = (script, body);

    /// <summary>What the metadata says.</summary>
    public NodeScript Script { get; }

    /// <summary>The text.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    internal ScriptDefinition WithId(long id) => new(Script with { Id = id }, Body);

    /// <summary>Reads a script with metadata. Without a type it is a test, as in MAAS.</summary>
    /// <param name="text">The text; it begins with <c>#!/</c>.</param>
    /// <exception cref="FormatException">The metadata is missing, or a value of it is wrong.</exception>
    public static ScriptDefinition Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var script = ScriptMetadata.Apply(new NodeScript { Name = "", Type = NodeScriptType.Testing }, text, out var problems) with
        {
            IsDefault = true,
        };
        if (problems.Count == 0) return new ScriptDefinition(script, Encoding.UTF8.GetBytes(text));
        var errors = problems.Select(each => each.Field.Length == 0 ? each.Reason : $"{each.Field}: {each.Reason}");
        throw new FormatException($"The script '{LogText.From(script.Name, 64)}' cannot be used: {string.Join(' ', errors)}");
    }
}
