using System.Globalization;
using System.Text;
using System.Text.Json;
using Maas.Core.Inventory;
using Maas.Core.Scripts;

namespace Maas.Api.Machines;

/// <summary>The values of a script's parameters, as MAAS's runner reads them and as <c>launch.sh</c> does.</summary>
internal static class ScriptArguments
{
    private const string ByPath = "/dev/disk/by-path/";

    /// <summary>A parameter for MAAS's runner, which finds a disk by model and serial number, else by <c>id_path</c>.</summary>
    public static void Write(Utf8JsonWriter json, ScriptArgument argument)
    {
        json.WriteStartObject();
        json.WriteString("type", argument.Type);
        json.WriteString("argument_format", argument.Format);
        json.WritePropertyName("value");
        if (argument.Disk is { } disk)
        {
            json.WriteStartObject();
            json.WriteString("name", disk.Name);
            json.WriteString("model", disk.Model);
            json.WriteString("serial", disk.Serial);
            json.WriteString("id_path", disk.Path.Length > 0 ? ByPath + disk.Path : "/dev/" + disk.Name);
            json.WriteEndObject();
        }
        else if (argument.Interface is { } nic)
        {
            json.WriteStartObject();
            json.WriteString("name", nic.Name);
            json.WriteString("mac", nic.MacAddress.ToString());
            json.WriteString("mac_address", nic.MacAddress.ToString());
            json.WriteString("vendor", nic.Vendor);
            json.WriteString("product", nic.Product);
            json.WriteEndObject();
        }
        else if (argument.Type == "runtime"
            && long.TryParse(argument.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            json.WriteNumberValue(seconds);
        }
        else
        {
            json.WriteStringValue(argument.Value);
        }

        json.WriteEndObject();
    }

    /// <summary>The file <c>runs/ID</c> for <c>launch.sh</c>: a line for each thing, its kind and a tab first.</summary>
    public static byte[] Run(ScriptResult result, string path)
    {
        var text = new StringBuilder();
        Line("script", path);
        var seconds = result.Script.RunTimeSeconds ?? (long)result.Timeout.TotalSeconds;
        Line("environment", string.Create(CultureInfo.InvariantCulture, $"RUNTIME={seconds}"));
        Line("environment", result.Started is null ? "HAS_STARTED=False" : "HAS_STARTED=True");
        foreach (var hardware in result.Script.ForHardware) Line("hardware", hardware);
        foreach (var argument in result.Script.Arguments)
        {
            if (argument.Disk is { } disk) Line("disk", Identity(disk));
            if (argument.Interface is { } nic) Line("interface", nic.MacAddress.ToString());
            var kind = argument.Disk is not null ? "disk-argument" : argument.Interface is not null ? "interface-argument" : "argument";
            foreach (var word in argument.Format.Split(' ', StringSplitOptions.RemoveEmptyEntries)) Line(kind, Fill(word, argument));
        }

        return Encoding.UTF8.GetBytes(text.ToString());

        void Line(string kind, string value) => text.Append(kind).Append('\t').Append(value.ReplaceLineEndings(" ")).Append('\n');
    }

    /// <summary>What the machine cannot change: path and name of a device are for the machine to find out.</summary>
    private static string Fill(string word, ScriptArgument argument)
    {
        if (argument.Disk is { } disk)
            return word.Replace("{model}", Plain(disk.Model), StringComparison.Ordinal)
                .Replace("{serial}", Plain(disk.Serial), StringComparison.Ordinal);
        if (argument.Interface is { } nic)
            return word.Replace("{mac}", nic.MacAddress.ToString(), StringComparison.Ordinal)
                .Replace("{vendor}", nic.Vendor, StringComparison.Ordinal).Replace("{product}", nic.Product, StringComparison.Ordinal);
        return word.Replace("{input}", argument.Value, StringComparison.Ordinal);
    }

    // A disk chooses its own texts: without braces they cannot be taken for words to replace.
    private static string Plain(string text) =>
        text.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);

    private static string Identity(Disk disk) => string.Create(
        CultureInfo.InvariantCulture,
        $"name={disk.Name}\tserial={disk.Serial}\twwid={disk.Wwid}\tsize={disk.Size}\tmodel={disk.Model}\tpath={disk.Path}");
}
