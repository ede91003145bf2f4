using System.CommandLine;
using System.Text.Json.Nodes;
using Maas.Images.Debian;
using Maas.Images.Downloads;
using Maas.Images.Ephemeral;
using Maas.Images.Import;
using Maas.Images.Library;

namespace MaasNet.Commands;

/// <summary>What a server boots machines with, fetched before it is started.</summary>
internal static class ImportCommands
{
    public static Command Isos()
    {
        var (data, mirror, keyring) = (Data(), Mirror(), Keyring());
        var suite = new Option<string>("--suite")
        {
            Description = "The Debian series.",
            HelpName = "NAME",
            DefaultValueFactory = _ => "bookworm",
        };
        var command = new Command(
            "import-isos", "Fetch kernel and initial ram disk of a Debian installer, verified, for 'serve --debian-installer SERIES'.")
        {
            Options = { data, suite, mirror, keyring },
        };
        Session.OnRunLocally(command, async (parsed, report, cancellationToken) =>
        {
            var (folder, series) = (parsed.GetRequiredValue(data), parsed.GetRequiredValue(suite));
            var library = ImageLibrary.Open(Path.Combine(folder, "installers"));
            using var http = Downloader.CreateClient();
            var source = new DebianInstallerSource { Archive = SourceOf(parsed.GetValue(mirror), series) };
            if (parsed.GetValue(keyring) is { } file)
                source = new DebianInstallerSource { Archive = source.Archive, Keyring = file };
            await ImportProgressBar.RunAsync(report, async progress =>
            {
                var import = new ImageImport(library, new Downloader(http));
                await foreach (var step in import.RunAsync(source, cancellationToken)) progress.Report(step);
                return true;
            });
            var written = new JsonArray();
            var target = Directory.CreateDirectory(Path.Combine(folder, "boot", $"debian-{series}")).FullName;
            foreach (var imported in library.FindImport(source.Name)?.Files ?? [])
            {
                var name = Path.GetFileName(imported.Name);
                await using var content = library.OpenRead(imported.Digest)
                    ?? throw new CommandFailedException($"{imported.Name} was deleted meanwhile: import it again");
                await WriteAsync(content, Path.Combine(target, name), cancellationToken);
                report.Line($"boot/debian-{series}/{name}");
                written.Add((JsonNode)$"boot/debian-{series}/{name}");
            }

            if (report.IsJson) report.Result("", ("files", written));
        });
        return command;
    }

    public static Command Ephemerals()
    {
        var (data, mirror, keyring) = (Data(), Mirror(), Keyring());
        var suite = new Option<string>("--suite") { Description = "The suite.", HelpName = "NAME", DefaultValueFactory = _ => "bookworm" };
        var kernel = new Option<string>("--kernel")
        {
            Description = "The kernel's package.",
            HelpName = "NAME",
            DefaultValueFactory = _ => new EphemeralEnvironmentOptions().KernelPackage,
        };
        var command = new Command(
            "import-ephemerals", "Build the environment that machines are commissioned and deployed in, and fetch the boot programs.")
        {
            Options = { data, mirror, suite, kernel, keyring },
        };
        Session.OnRunLocally(command, async (parsed, report, cancellationToken) =>
        {
            var folder = Path.GetFullPath(parsed.GetRequiredValue(data));
            using var http = Downloader.CreateClient();
            var series = parsed.GetRequiredValue(suite);
            var options = new DebianArchiveOptions
            {
                Sources = [SourceOf(parsed.GetValue(mirror), series), SourceOf(parsed.GetValue(mirror), series + "-updates")],
                CacheDirectory = Path.Combine(folder, "cache", "debian"),
            };
            if (parsed.GetValue(keyring) is { } file)
                options = new DebianArchiveOptions { Sources = options.Sources, CacheDirectory = options.CacheDirectory, Keyring = file };
            using var archive = new DebianArchive(options, http);
            var environment = await ImportProgressBar.RunAsync(report, async progress =>
            {
                await BootPrograms.ImportAsync(
                    archive, Directory.CreateDirectory(Path.Combine(folder, "boot")).FullName, progress: progress,
                    cancellationToken: cancellationToken);
                return await EphemeralEnvironment.BuildAsync(
                    archive,
                    Path.Combine(folder, "ephemeral", "amd64"),
                    new EphemeralEnvironmentOptions { KernelPackage = parsed.GetRequiredValue(kernel) },
                    progress,
                    cancellationToken);
            });
            report.Result(
                $"The ephemeral environment has kernel {environment.Manifest.KernelRelease}.",
                ("kernel", environment.Manifest.KernelRelease));
        });
        return command;
    }

    private static Option<string> Data() => new("--data") { Description = "The server's folder.", HelpName = "DIR", Required = true };

    private static Option<string?> Mirror() =>
        new("--mirror") { Description = "The Debian mirror (default: apt's own sources).", HelpName = "URL" };

    private static Option<string?> Keyring() =>
        new("--keyring") { Description = "OpenPGP keyring that signs the mirror (default: the host's own of Debian).", HelpName = "FILE" };

    private static DebianSource SourceOf(string? mirror, string suite) => mirror switch
    {
        null => AptSources.ReadDebian() is [var known, ..]
            ? new DebianSource { Mirror = known.Mirror, Suite = suite }
            : throw new UsageException("apt has no Debian mirror here: give --mirror URL"),
        _ when Uri.TryCreate(mirror.TrimEnd('/') + "/", UriKind.Absolute, out var url) => new DebianSource { Mirror = url, Suite = suite },
        _ => throw new UsageException($"--mirror {mirror} is no URL"),
    };

    // Complete under another name first: a server that runs never sends half of it.
    private static async Task WriteAsync(Stream content, string path, CancellationToken cancellationToken)
    {
        var draft = $"{path}.{Guid.CreateVersion7():N}";
        try
        {
            await using (var file = new FileStream(draft, FileMode.CreateNew, FileAccess.Write))
            {
                await content.CopyToAsync(file, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }
}
