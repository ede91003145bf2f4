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
        List<string> errors = [];
        var metadata = ScriptMetadata.Read(text, out var error);
        if (error is not null) errors.Add(error);
        var fields = ScriptFieldParser.Read(metadata, Refuse);
        var script = ScriptFieldParser.Apply(new NodeScript { Name = "", Type = NodeScriptType.Testing }, fields, Refuse) with
        {
            IsDefault = true,
        };
        var body = Encoding.UTF8.GetBytes(text);
        if (errors.Count == 0 && NodeScripts.WhyNot(script, body) is var (field, reason)) Refuse(field, reason);
        return errors.Count == 0 ? new ScriptDefinition(script, body)
            : throw new FormatException($"The script '{LogText.From(script.Name, 64)}' cannot be used: {string.Join(' ', errors)}");

        void Refuse(string field, string reason) => errors.Add($"{field}: {reason}");
    }
}
