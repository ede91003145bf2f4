using System.Globalization;
using System.Net;
using Maas.Core.Inventory;

namespace Maas.Core.Scripts;

/// <summary>
/// Gives the parameters of a script their values: the user's, else the defaults; and one run for each disk or interface. Pure.
/// </summary>
internal static class ScriptBinding
{
    /// <summary>The most runs of one script on one machine.</summary>
    private const int MostRuns = 256;

    private const int LongestValue = 4096;

    /// <summary>How long a script may take beyond the run time that it was given, as in MAAS.</summary>
    public static TimeSpan RunTimeGrace { get; } = TimeSpan.FromMinutes(5);

    /// <summary>The values of a script's parameters; those of disks and interfaces are still texts.</summary>
    /// <param name="script">The script.</param>
    /// <param name="inputs">The user's values by the parameters' names.</param>
    /// <param name="refuse">Takes the name of a parameter and what is wrong with its value.</param>
    public static IReadOnlyList<ScriptArgument> Bind(
        NodeScript script, IReadOnlyDictionary<string, string> inputs, Action<string, string> refuse)
    {
        if (!ScriptParameter.TryReadAll(script.Parameters, out var parameters, out var reason))
        {
            refuse("parameters", reason);
            return [];
        }

        foreach (var name in inputs.Keys)
            if (parameters.All(parameter => parameter.Name != name))
                refuse("input", $"Unknown parameter '{LogText.From(name, 64)}' for {script.Name}");
        List<ScriptArgument> arguments = [];
        foreach (var parameter in parameters)
        {
            var value = inputs.GetValueOrDefault(parameter.Name)?.Trim() ?? parameter.Default ?? parameter.Type switch
            {
                "storage" or "interface" => "all",
                "runtime" when script.TimeoutSeconds > 0 => script.TimeoutSeconds.ToString(CultureInfo.InvariantCulture),
                _ => "",
            };
            if (value.Length == 0)
            {
                if (parameter.Required ?? parameter.Type is "storage" or "interface" or "runtime")
                    refuse(parameter.Name, "Field is required");
                continue;
            }

            if (WhyNot(parameter, value) is { } wrong) refuse(parameter.Name, wrong);
            else
                arguments.Add(new ScriptArgument
                {
                    Name = parameter.Name, Type = parameter.Type, Format = parameter.ArgumentFormat, Value = value,
                });
        }

        return arguments;
    }

    /// <summary>What is wrong with the disks or interfaces that values name; nothing when there is no inventory.</summary>
    /// <param name="arguments">The values.</param>
    /// <param name="hardware">The inventory; <see langword="null"/> for none.</param>
    /// <param name="refuse">Takes the name of a parameter and what is wrong with its value.</param>
    public static void CheckDevices(IReadOnlyList<ScriptArgument> arguments, Hardware? hardware, Action<string, string> refuse)
    {
        if (hardware is null) return;
        foreach (var argument in arguments.Where(argument => argument.IsUnresolved && argument.Value != "all"))
            if (Devices(argument, hardware).Count == 0)
                refuse(argument.Name, argument.Type == "storage" ? "No storage found" : "No interfaces found");
    }

    /// <summary>One script for each disk and interface that its values stand for; none when the machine has none.</summary>
    /// <param name="script">The script.</param>
    /// <param name="hardware">The inventory.</param>
    public static IReadOnlyList<ScheduledScript> Expand(ScheduledScript script, Hardware hardware)
    {
        IEnumerable<ScheduledScript> runs = [script];
        foreach (var argument in script.Arguments.Where(argument => argument.IsUnresolved))
        {
            var devices = Devices(argument, hardware);
            runs = runs.SelectMany(run => devices.Select(device => run with
            {
                Arguments = [.. run.Arguments.Select(each => each.Name == argument.Name ? device : each)],
            }));
        }

        return [.. runs.Take(MostRuns)];
    }

    private static IReadOnlyList<ScriptArgument> Devices(ScriptArgument argument, Hardware hardware)
    {
        if (argument.Type == "interface")
            return
            [
                .. hardware.Interfaces
                    .Where(nic => argument.Value == "all" ? nic.LinkUp : Words(argument.Value).Any(word => IsCalled(nic, word)))
                    .Select(nic => argument with { Interface = nic }),
            ];
        return
        [
            .. hardware.Disks.Where(disk => !disk.Removable)
                .Where(disk => argument.Value == "all" || Words(argument.Value).Any(word => IsCalled(disk, word)))
                .Select(disk => argument with { Disk = disk }),
        ];
    }

    private static bool IsCalled(Disk disk, string word)
    {
        if (word == disk.Name || word == "/dev/" + disk.Name) return true;
        if (disk.Serial.Length > 0 && (word == disk.Serial || word == $"{disk.Model}:{disk.Serial}")) return true;
        return (disk.Model.Length > 0 && word == disk.Model) || (disk.Path.Length > 0 && word == "/dev/disk/by-path/" + disk.Path);
    }

    private static bool IsCalled(NetworkInterface nic, string word) =>
        word == nic.Name || (MacAddress.TryParse(word, out var address) && address == nic.MacAddress)
        || (nic.Vendor.Length > 0 && word == $"{nic.Vendor}:{nic.Product}");

    private static string? WhyNot(ScriptParameter parameter, string value)
    {
        if (value.Length > LongestValue) return FormMessages.TooLong(value, LongestValue);
        if (value.Any(char.IsControl)) return "Control characters are not allowed";
        switch (parameter.Type)
        {
            case "runtime":
                if (!long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return "Must be an int";
                if (seconds < (parameter.Least ?? 0)) return $"Must be greater than {parameter.Least ?? 0}";
                return seconds > (parameter.Most ?? NodeScripts.LongestSeconds)
                    ? $"Must be less than {parameter.Most ?? NodeScripts.LongestSeconds}" : null;
            case "url":
                var urls = parameter.AllowsList ? Words(value) : [value];
                return urls.Length > 0 && urls.All(IsUrl) ? null : "Invalid URL";
            default:
                return null;
        }
    }

    /// <summary>An address of a service, or of a host.</summary>
    private static bool IsUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
            ? uri.Scheme is "http" or "https" or "ftp" or "icmp" && uri.Host.Length > 0 && !text.Any(char.IsWhiteSpace)
            : IPAddress.TryParse(text, out _) || Uri.CheckHostName(text) == UriHostNameType.Dns;

    private static string[] Words(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
