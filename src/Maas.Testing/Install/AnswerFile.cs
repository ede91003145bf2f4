using System.Text.RegularExpressions;
using Maas.Testing.Http;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Maas.Testing.Install;

/// <summary>
/// What a simulated installer takes from an answer file: the machine's key, where the server is, and the shell that is run before, after,
/// and on a failure. Of the shell it reads the lines that talk to the server and those that name the disk.
/// </summary>
internal sealed partial record AnswerFile
{
    private const RegexOptions Plain = RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking, Lines = Plain | RegexOptions.Multiline;

    /// <summary>The machine's key; <see langword="null"/> for a file without one.</summary>
    public NodeCredentials? Key { get; private init; }

    /// <summary>
    /// The base of the metadata service, as <c>http://10.0.0.1/MAAS/metadata/latest/</c>; <see langword="null"/> for none.
    /// </summary>
    public Uri? Metadata { get; private init; }

    /// <summary>The name of a script that is fetched with the key before anything else; <see langword="null"/> for none.</summary>
    public string? Script { get; private init; }

    /// <summary>The shell that is run before the installation.</summary>
    public string Early { get; init; } = "";

    /// <summary>The shell that is run after it.</summary>
    public string Late { get; init; } = "";

    /// <summary>The shell that is run when it failed.</summary>
    public string OnError { get; init; } = "";

    /// <summary>Reads a file as its installer does; <see langword="null"/> when the installer would refuse it.</summary>
    public static AnswerFile? Parse(InstallerKind program, string text) => program switch
    {
        InstallerKind.Debian => OfPreseed(text),
        InstallerKind.Anaconda => OfKickstart(text),
        _ => OfAutoinstall(text),
    };

    /// <summary>The same with the functions of the script that was fetched.</summary>
    public AnswerFile WithScript(string script)
    {
        var parts = Function().Split(script);
        var functions = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var at = 1; at + 1 < parts.Length; at += 2) functions[parts[at]] = parts[at + 1];
        return this with
        {
            Early = string.Concat(functions.GetValueOrDefault("early"), CallsOf(Early, functions)),
            Late = string.Concat(Late, CallsOf(Late, functions)),
            // Its signs of life end with a report of what failed.
            OnError = functions.GetValueOrDefault("early") ?? "",
        };
    }

    private static string CallsOf(string shell, Dictionary<string, string> functions) => string.Concat(
        from each in functions
        where each.Key != "early" && Regex.IsMatch(shell, $@"/tmp/\S+ {each.Key}\b", Plain)
        select each.Value);

    private static AnswerFile? OfPreseed(string text)
    {
        if (!text.Contains("d-i ", StringComparison.Ordinal)) return null;
        var early = Preseeded("preseed/early_command");
        return With(text) with
        {
            Script = Fetched().Match(early) is { Success: true } fetched ? fetched.Groups["value"].Value : null,
            Early = early + '\n' + Preseeded("partman/early_command"),
            Late = Preseeded("preseed/late_command"),
        };

        string Preseeded(string question) =>
            Regex.Match(text, $@"^d-i {question} string (?<value>.*)$", Lines).Groups["value"].Value; // empty when it is not there
    }

    private static AnswerFile? OfKickstart(string text) => !text.Contains("%packages", StringComparison.Ordinal) ? null : With(text) with
    {
        Early = Section(text, "pre"),
        Late = Section(text, "post"),
        OnError = Section(text, "onerror"),
    };

    private static string Section(string text, string name) => string.Concat(
        Regex.Matches(text, $@"^%{name}\b[^\n]*\n(?<value>.*?)^%end$", Lines | RegexOptions.Singleline)
            .Select(section => section.Groups["value"].Value));

    private static AnswerFile? OfAutoinstall(string text)
    {
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new StringReader(text));
        }
        catch (YamlException)
        {
            return null;
        }

        if (yaml.Documents is not [{ RootNode: YamlMappingNode root }, ..]
            || !root.Children.TryGetValue(new YamlScalarNode("autoinstall"), out var autoinstall)
            || autoinstall is not YamlMappingNode settings) return null;
        var (early, late, error) = (Commands("early-commands"), Commands("late-commands"), Commands("error-commands"));
        return With(string.Join('\n', early, late, error)) with { Early = early, Late = late, OnError = error };

        string Commands(string name) => settings.Children.TryGetValue(new YamlScalarNode(name), out var commands)
            ? string.Join('\n', commands.AllNodes.OfType<YamlScalarNode>().Select(word => word.Value))
            : "";
    }

    private static AnswerFile With(string text) => new()
    {
        Key = ConsumerKey().Match(text) is { Success: true } consumer && TokenKey().Match(text) is { Success: true } token
            && TokenSecret().Match(text) is { Success: true } secret
            ? new NodeCredentials(consumer.Groups["value"].Value, token.Groups["value"].Value, secret.Groups["value"].Value)
            : null,
        Metadata = Base().Match(text) is { Success: true } found
            && Uri.TryCreate(found.Groups["value"].Value + "latest/", UriKind.Absolute, out var url)
            ? url
            : null,
    };

    [GeneratedRegex("""oauth_consumer_key="['"]*(?<value>[A-Za-z0-9]+)""", Plain)]
    private static partial Regex ConsumerKey();

    [GeneratedRegex("""oauth_token="['"]*(?<value>[A-Za-z0-9]+)""", Plain)]
    private static partial Regex TokenKey();

    [GeneratedRegex("""oauth_signature="%26['"]*(?<value>[A-Za-z0-9]+)""", Plain)]
    private static partial Regex TokenSecret();

    [GeneratedRegex("""['"]?(?<value>https?://[^\s'"]+?/)['"]?latest/""", Plain)]
    private static partial Regex Base();

    [GeneratedRegex("""latest/install-files/(?<value>[A-Za-z0-9._-]+)""", Plain)]
    private static partial Regex Fetched();

    [GeneratedRegex("""^(?<value>early|disk|late)\(\) \{$""", Lines)]
    private static partial Regex Function();
}
