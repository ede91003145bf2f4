using System.Text;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Scripts;

namespace Maas.Api.Scripts;

/// <summary>
/// Reads a script from a form and from the metadata that the script itself contains. Metadata cannot be overridden by the form, except
/// that tags and timeout are the administrator's: an update of the script leaves them.
/// </summary>
internal sealed class ScriptForm
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly FormReader _form;

    private ScriptForm(FormReader form) => _form = form;

    /// <summary>The text of the script; null when the form has none.</summary>
    public ReadOnlyMemory<byte>? Body { get; private init; }

    /// <summary>The 400 that names what is wrong; null when nothing is.</summary>
    public ApiResult? Errors => _form.HasErrors ? _form.BadRequest() : null;

    /// <summary>What was changed, in words.</summary>
    public string Comment => _form.Form["comment"] ?? "";

    /// <summary>The arguments of a script.</summary>
    public static IReadOnlyList<ApiArgument> Arguments { get; } =
    [
        ApiArgument.Text("name", "its name."),
        ApiArgument.Text("title", "its title."),
        ApiArgument.Text("description", "what it does."),
        ApiArgument.Text("tags", "tags, with commas between."),
        ApiArgument.Text("type", "commissioning, testing, release or deployment."),
        ApiArgument.Text("hardware_type", "node, cpu, memory, storage, network or gpu."),
        ApiArgument.Text("parallel", "disabled, instance or any: which scripts may run at the same time."),
        ApiArgument.Text("timeout", "how long it may run, in seconds or as H:MM:SS; 0 for no limit."),
        ApiArgument.Flag("destructive", "whether it overwrites disks."),
        ApiArgument.File("script", "the script; it begins with #!/ and may contain metadata."),
        ApiArgument.Text("comment", "what this change does."),
        ApiArgument.Text("for_hardware", "hardware on which it runs by itself, with commas between: modalias:, pci:, usb: …"),
        ApiArgument.Flag("may_reboot", "whether it may reboot the machine."),
        ApiArgument.Flag("recommission", "whether the built-in scripts are run again after it."),
        ApiArgument.Flag("apply_configured_networking", "whether the machine's network is configured for it."),
        ApiArgument.Text("packages", "the packages that it needs: a JSON object."),
    ];

    /// <summary>Reads a form. What is wrong is an error of it.</summary>
    /// <param name="form">The form.</param>
    /// <param name="body">The text of the script.</param>
    /// <param name="isNew">Whether the script is created.</param>
    /// <param name="defaults">Values for a form that has none.</param>
    public static ScriptForm Read(
        FormReader form, ReadOnlyMemory<byte>? body, bool isNew, params ReadOnlySpan<(string Name, string Value)> defaults)
    {
        var read = new ScriptForm(form) { Body = body };
        foreach (var (name, value) in defaults) read._values[name] = value;
        foreach (var argument in Arguments)
            if (argument.Name is not ("script" or "comment") && form.Form[argument.Name] is { } value)
                read._values[argument.Name == "type" ? "script_type" : argument.Name] = value;
        if (body is { } bytes) read.ReadMetadata(Encoding.UTF8.GetString(bytes.Span), isNew);
        else if (form.Form.Has("comment")) form.Refuse("comment", "\"comment\" may only be used when specifying a \"script\" as well.");
        if (isNew && !read._values.ContainsKey("name")) _ = form.Required("name");
        if (isNew && body is null) form.Refuse("script", "This field is required.");
        _ = ScriptFieldParser.Apply(new NodeScript { Name = "" }, read._values, form.Refuse);
        return read;
    }

    /// <summary>The script with the values of the form.</summary>
    public NodeScript Apply(NodeScript script) => ScriptFieldParser.Apply(script, _values, static (_, _) => { });

    private void ReadMetadata(string text, bool isNew)
    {
        var metadata = ScriptMetadata.Read(text, out var error);
        if (error is not null) _form.Refuse("script", error);
        foreach (var (name, written) in ScriptFieldParser.Read(metadata, _form.Refuse))
        {
            var isAdministrators = name is "tags" or "timeout";
            if (!_values.TryGetValue(name, out var sent))
            {
                if (isNew || !isAdministrators) _values[name] = written;
            }
            else if (!isAdministrators && !ScriptFieldParser.AreSame(name, sent, written))
            {
                _form.Refuse(name, "May not override values defined in embedded YAML.");
            }
        }
    }
}
