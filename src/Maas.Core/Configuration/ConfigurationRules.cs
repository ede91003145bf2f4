using System.Text.RegularExpressions;
using Maas.Core.Records;

namespace Maas.Core.Configuration;

/// <summary>The rules of package repositories and licence keys, in the words of MAAS's forms.</summary>
internal static partial class ConfigurationRules
{
    private const int LongestName = 41;
    private const int LongestUrl = 2048;
    private const int LongestKey = 64 * 1024;
    private const int LongestLicenseKey = 255;
    private const int MostWords = 100;

    private static readonly string[] Architectures = ["amd64", "arm64", "armhf", "i386", "ppc64el", "s390x"];
    private static readonly string[] Pockets = ["updates", "security", "backports"];
    private static readonly string[] Components = ["restricted", "universe", "multiverse"];

    public static RecordRules<PackageRepository> OfRepositories { get; } = new()
    {
        Noun = "PackageRepository",
        NameOf = repository => repository.Name,
        AlreadyExists = _ => "Package repository with this Name already exists.",
        Load = _ => Task.FromResult(new RecordContext<PackageRepository>
        {
            Check = (repository, before, _) => new(Check(repository, before)),
            CheckDeletion = (repository, _) => new(
                repository.IsDefault ? new DeletionRefusal("Cannot delete default Ubuntu archives.") : null),
        }),
    };

    public static RecordRules<LicenseKey> OfLicenseKeys { get; } = new()
    {
        Noun = "LicenseKey",
        NameOf = key => $"{key.OsSystem}/{key.DistroSeries}",
        AlreadyExists = _ => "License key with this Osystem and Distro series already exists.",
        Load = _ => Task.FromResult(new RecordContext<LicenseKey> { Check = (key, _, _) => new(Check(key)) }),
    };

    /// <summary>Inserts the archives of Ubuntu if they do not exist yet. Several processes may do so at once.</summary>
    public static async Task CreateDefaultsAsync(IRecordStore store, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var table = ConfigurationTables.PackageRepositories;
        if (await store.GetAsync(table, PackageRepository.MainArchiveId, cancellationToken).ConfigureAwait(false) is not null) return;
        await store.SaveAsync(
            new RecordBatch
            {
                At = now,
                Changes =
                [
                    new RecordChange.Insert(table, new PackageRepository
                    {
                        Id = PackageRepository.MainArchiveId,
                        Name = "main_archive",
                        Url = "http://archive.ubuntu.com/ubuntu",
                        Architectures = ["amd64", "i386"],
                        DisableSources = true,
                        IsDefault = true,
                        Enabled = true,
                    }),
                    new RecordChange.Insert(table, new PackageRepository
                    {
                        Id = PackageRepository.PortsArchiveId,
                        Name = "ports_archive",
                        Url = "http://ports.ubuntu.com/ubuntu-ports",
                        Architectures = ["armhf", "arm64", "ppc64el", "s390x"],
                        DisableSources = true,
                        IsDefault = true,
                        Enabled = true,
                    }),
                ],
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static (string Field, string Reason)? Check(PackageRepository repository, PackageRepository? before)
    {
        if (repository.Name.Length == 0) return ("name", FormMessages.Required);
        if (repository.Name.Length > LongestName) return ("name", FormMessages.TooLong(repository.Name, LongestName));
        if (!Name().IsMatch(repository.Name)) return ("name", FormMessages.Invalid);
        if (repository.IsDefault && before is not null && before.Name != repository.Name)
            return ("name", "The default Ubuntu archives cannot be renamed.");
        if (!IsUrl(repository.Url) && !Ppa().IsMatch(repository.Url)) return ("url", "Enter a valid repository URL or PPA location.");
        return CheckWords("distributions", repository.Distributions)
            ?? CheckChoices("disabled_pockets", "archive pocket", repository.DisabledPockets, Pockets)
            ?? CheckComponents(repository)
            ?? CheckArchitectures(repository.Architectures)
            ?? (repository.Key.Length > LongestKey ? ("key", FormMessages.TooLong(repository.Key, LongestKey))
            : repository is { IsDefault: true, Enabled: false }
                ? (FormMessages.WholeForm, "Default repositories may not be disabled.")
            : null);
    }

    private static (string Field, string Reason)? CheckComponents(PackageRepository repository)
    {
        if (repository.IsDefault)
        {
            return repository.Components.Count > 0
                ? ("components", "This is a default Ubuntu repository. Please update 'disabled_components' instead.")
                : CheckChoices("disabled_components", "archive component", repository.DisabledComponents, Components);
        }

        return repository.DisabledComponents.Count > 0
            ? ("disabled_components", "This is a custom repository. Please update 'components' instead.")
            : CheckWords("components", repository.Components);
    }

    private static (string Field, string Reason)? CheckArchitectures(IReadOnlyList<string> architectures)
    {
        foreach (var architecture in architectures)
            if (!Architectures.Contains(architecture))
                return ("arches", $"'{LogText.From(architecture, 64)}' is not a valid architecture. " +
                    $"Known architectures: {string.Join(", ", Architectures)}");
        return architectures.Count > Architectures.Length ? ("arches", FormMessages.Invalid) : null;
    }

    private static (string Field, string Reason)? CheckChoices(
        string field, string noun, IReadOnlyList<string> values, string[] choices)
    {
        foreach (var value in values)
            if (!choices.Contains(value))
                return (field, $"'{LogText.From(value, 64)}' is not a valid Ubuntu {noun}. You can only disable " +
                    $"[{string.Join(", ", choices.Select(choice => $"'{choice}'"))}].");
        return values.Count > choices.Length ? (field, FormMessages.Invalid) : null;
    }

    // They become words of sources.list.
    private static (string Field, string Reason)? CheckWords(string field, IReadOnlyList<string> words) =>
        words.Count > MostWords || words.Any(word => !Word().IsMatch(word)) ? (field, FormMessages.Invalid) : null;

    private static (string Field, string Reason)? Check(LicenseKey key) =>
        !Word().IsMatch(key.OsSystem) ? ("osystem", key.OsSystem.Length == 0 ? FormMessages.Required : FormMessages.Invalid)
        : !Word().IsMatch(key.DistroSeries)
            ? ("distro_series", key.DistroSeries.Length == 0 ? FormMessages.Required : FormMessages.Invalid)
        : CheckText(key.Key.Reveal());

    private static (string Field, string Reason)? CheckText(string key) =>
        key.Length == 0 ? ("license_key", FormMessages.Required)
        : key.Length > LongestLicenseKey ? ("license_key", FormMessages.TooLong(key, LongestLicenseKey))
        : key.Any(char.IsControl) ? ("license_key", FormMessages.Invalid)
        : null;

    private static bool IsUrl(string text) =>
        text.Length <= LongestUrl && !text.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter))
        && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" or "ftp" && url.Host.Length > 0;

    [GeneratedRegex(@"\A\w[ \w.+-]*\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"\A[A-Za-z0-9.][A-Za-z0-9._+~/-]{0,127}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Word();

    [GeneratedRegex(@"\Appa:[A-Za-z0-9][A-Za-z0-9.+-]{0,100}/[A-Za-z0-9][A-Za-z0-9.+/-]{0,100}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Ppa();
}
