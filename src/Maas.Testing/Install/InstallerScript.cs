using System.Globalization;
using System.Text.RegularExpressions;
using Maas.Testing.Hardware;

namespace Maas.Testing.Install;

/// <summary>What a simulated installer reads from the shell of an answer file.</summary>
internal static partial class InstallerScript
{
    private const RegexOptions Plain = RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking, Lines = Plain | RegexOptions.Multiline;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <summary>The requests that the shell makes when nothing fails, in their order; signs of life are not among them.</summary>
    public static IEnumerable<InstallerRequest> RequestsOf(string shell)
    {
        foreach (var line in shell.Split('\n'))
        {
            if (line.Contains("maas-cloud-config", StringComparison.Ordinal))
                yield return new InstallerRequest.CloudConfig();
            else if (line.Contains("op=netboot_off", StringComparison.Ordinal))
                yield return new InstallerRequest.NetbootOff();
            else if (DebianSignal().Match(line) is { Success: true } signal)
                yield return new InstallerRequest.Signal(signal.Groups["value"].Value, signal.Groups["text"].Value.Replace('+', ' '));
            else if (Signal().Match(line) is { Success: true } report
                && (report.Groups["value"].Value == "OK" || report.Groups["text"].Success))
                yield return new InstallerRequest.Signal(report.Groups["value"].Value, report.Groups["text"].Value);
        }
    }

    /// <summary>How often the shell reports while the installer works; <see langword="null"/> when it does not.</summary>
    public static TimeSpan? SignsOfLife(string shell) =>
        DebianAlive().Match(shell) is { Success: true } debian ? Seconds(debian)
        : Alive().Match(shell) is { Success: true } alive ? Seconds(alive)
        : null;

    /// <summary>
    /// The disk that the shell looks for, and of several the first; the machine's first one when it looks for none;
    /// <see langword="null"/> when one of them is not there.
    /// </summary>
    public static SimulatedDisk? DiskOf(string shell, IReadOnlyList<SimulatedDisk> disks)
    {
        if (Planned().Matches(shell) is { Count: > 0 } planned)
        {
            List<SimulatedDisk?> found = [.. planned.Select(each => disks.FirstOrDefault(disk => Is(disk, each)))];
            return found.Contains(null) ? null : found[0];
        }

        if (Serial().Match(shell) is not { Success: true } serial) return disks.Count > 0 ? disks[0] : null;
        if (serial.Groups["value"].Value is { Length: > 0 } wanted) return disks.FirstOrDefault(disk => disk.Model.Serial == wanted);
        return disks.FirstOrDefault(disk => disk.Model.Name == Name().Match(shell).Groups["value"].Value
            && disk.Model.Size.ToString(CultureInfo.InvariantCulture) == Size().Match(shell).Groups["value"].Value);
    }

    /// <summary>
    /// What the shell tells the server of a line of the installer's log; <see langword="null"/> when it finds nothing in it.
    /// </summary>
    public static string? ReportOf(string shell, string line)
    {
        if (DebianFailure().Match(shell) is { Success: true } debian)
        {
            return Finds(debian.Groups["value"].Value, line)
                ? Words().Replace($"{debian.Groups["text"].Value}{line[(line.LastIndexOf(": ", StringComparison.Ordinal) + 2)..]}", " ")
                : null;
        }

        if (Failure().Match(shell) is not { Success: true } failure) return null;
        var found = Searched().Match(shell) is { Success: true } searched && Finds(searched.Groups["value"].Value, line);
        return found ? $"{failure.Groups["value"].Value} {line}" : failure.Groups["value"].Value;
    }

    // A simulated disk has no world wide name and no place. Blanks do not count, as in the shell.
    private static bool Is(SimulatedDisk disk, Match planned)
    {
        var serial = planned.Groups["serial"].Value.Replace(@"'\''", "'", StringComparison.Ordinal);
        return disk.Model.Size.ToString(CultureInfo.InvariantCulture) == planned.Groups["size"].Value
            && (serial.Length == 0 || WithoutBlanks(disk.Model.Serial) == WithoutBlanks(serial));
    }

    private static string WithoutBlanks(string serial) => serial.Replace(" ", "", StringComparison.Ordinal);

    private static bool Finds(string pattern, string line) => Regex.IsMatch(line, pattern, RegexOptions.CultureInvariant, Longest);

    private static TimeSpan Seconds(Match match) =>
        TimeSpan.FromSeconds(int.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex("""^\s*signal (?<value>WORKING|OK)\b ?(?<text>[^\s|]*)""", Plain)]
    private static partial Regex DebianSignal();

    [GeneratedRegex("""op=signal -d status=(?<value>WORKING|OK)\b( -d 'error=(?<text>[^']*)')?""", Plain)]
    private static partial Regex Signal();

    [GeneratedRegex("""\$waited -ge (?<value>\d{1,5})\b""", Plain)]
    private static partial Regex DebianAlive();

    [GeneratedRegex("""sleep (?<value>\d{1,5})\n\s*maas -d op=signal -d status=WORKING""", Plain)]
    private static partial Regex Alive();

    // $(maas_disk SERIAL WWID PATH SIZE)
    [GeneratedRegex(
        """=\$\(maas_disk '(?<serial>([^'\n]|'\\'')*)' '([^'\n]|'\\'')*' '([^'\n]|'\\'')*' (?<size>\d+)\)""", Plain)]
    private static partial Regex Planned();

    [GeneratedRegex("""^want='?(?<value>[^'\n]*)'?$""", Lines)]
    private static partial Regex Serial();

    [GeneratedRegex("""^name='?(?<value>[^'\n]*)'?$""", Lines)]
    private static partial Regex Name();

    [GeneratedRegex("""^size=(?<value>\d+)$""", Lines)]
    private static partial Regex Size();

    [GeneratedRegex(
        """sed -n "/(?<value>[^/\n]+)/\{p;q;\}"(?s:.*?)report_failure "(?<text>[^"$]*)\$\{line##""", Plain)]
    private static partial Regex DebianFailure();

    [GeneratedRegex("""status=FAILED --data-urlencode "error=(?<value>[^"$]*)\$""", Plain)]
    private static partial Regex Failure();

    [GeneratedRegex("""grep -h -m 1 -E '(?<value>[^']+)'""", Plain)]
    private static partial Regex Searched();

    [GeneratedRegex("[^A-Za-z0-9.,:_-]", Plain)]
    private static partial Regex Words();
}

/// <summary>A request to the server that an answer file makes.</summary>
internal abstract record InstallerRequest
{
    private InstallerRequest() { }

    /// <summary>Fetches the configuration of cloud-init for the installed system.</summary>
    public sealed record CloudConfig : InstallerRequest;

    /// <summary>Turns network boot off.</summary>
    public sealed record NetbootOff : InstallerRequest;

    /// <summary>Reports a status.</summary>
    /// <param name="Status">WORKING or OK.</param>
    /// <param name="Text">In words; empty for none.</param>
    public sealed record Signal(string Status, string Text) : InstallerRequest;
}
