using System.CommandLine;
using System.Globalization;
using Maas.Client.Images;
using MaasNet.Output;
using Spectre.Console;

namespace MaasNet.Commands;

/// <summary><c>maas-net images</c>.</summary>
internal static class ImagesCommand
{
    private static readonly Column[] S_columns =
    [
        Column.Of("ID", "id"), Column.Of("NAME", "name"), Column.Of("ARCHITECTURE", "architecture"), Column.Of("TYPE", "type"),
        Column.Of("SUBARCHITECTURES", "subarches"), Column.Of("TITLE", "title"),
    ];

    public static Command Create() => new("images", "The images that machines are deployed with.") { List(), Import(), Delete(), Sync() };

    private static Command List()
    {
        var command = new Command("list", "List images.");
        Session.OnRun(command, async (session, _, cancellationToken) =>
            session.Report.List(await session.ListAsync("boot-resources/", null, cancellationToken), S_columns));
        return command;
    }

    private static Command Import()
    {
        var file = new Argument<FileInfo>("file") { Description = "A disk image or a root archive.", HelpName = "FILE" };
        var name = new Option<string>("--name") { Description = "Its name, such as custom/debian-12.", HelpName = "NAME", Required = true };
        var architecture = new Option<string>("--architecture")
        {
            Description = "Its architecture.",
            HelpName = "NAME",
            DefaultValueFactory = _ => "amd64/generic",
        };
        var type = new Option<string?>("--type")
        {
            Description = "MAAS's file type (default: by the file's name): ddraw, ddgz, ddxz, ddbz2, ddzst, ddtgz, tgz, tbz, txz, tzst, "
                + "squashfs.",
            HelpName = "TYPE",
        };
        var title = new Option<string?>("--title") { Description = "A title, for people.", HelpName = "TEXT" };
        var command = new Command("import", "Upload an image to the server.")
        {
            Arguments = { file },
            Options = { name, architecture, type, title },
        };
        Session.OnRun(command, async (session, parsed, cancellationToken) =>
        {
            var source = parsed.GetRequiredValue(file);
            if (!source.Exists) throw new UsageException($"{source.FullName} does not exist");
            var upload = new BootResourceUpload
            {
                Name = parsed.GetRequiredValue(name),
                Architecture = parsed.GetRequiredValue(architecture),
                FileType = parsed.GetValue(type) ?? TypeOf(source.Name),
                Title = parsed.GetValue(title),
            };
            await using var content = source.OpenRead();
            var resource = await WithProgressAsync(
                session.Report, source, progress => session.Client.BootResources.UploadAsync(upload, content, progress, cancellationToken));
            if (session.Report.IsJson)
                session.Report.Object(await session.GetAsync(
                    string.Create(CultureInfo.InvariantCulture, $"boot-resources/{resource.Id}/"), null, cancellationToken));
            else session.Report.Line(string.Create(CultureInfo.InvariantCulture, $"{resource.Name} is image {resource.Id}"));
        });
        return command;
    }

    private static Command Delete()
    {
        var id = new Argument<long>("id") { Description = "The image's number in the list." };
        var command = new Command("delete", "Delete an image.") { Arguments = { id } };
        Session.OnRun(command, async (session, parsed, cancellationToken) =>
        {
            await session.Client.BootResources.DeleteAsync(parsed.GetValue(id), cancellationToken);
            session.Report.Result("deleted", ("id", parsed.GetValue(id)));
        });
        return command;
    }

    private static Command Sync()
    {
        var background = new Option<bool>("--no-wait") { Description = "Do not wait for the end." };
        var command = new Command(
            "sync", "Have the server import the selected images of its sources, and wait. Ctrl-C ends the waiting, not the import.")
        {
            Options = { background },
        };
        Session.OnRun(command, async (session, parsed, cancellationToken) =>
        {
            await session.Client.BootResources.ImportAsync(cancellationToken);
            if (parsed.GetValue(background)) session.Report.Result("The import was started.", ("importing", true));
            else await ImageSync.WaitAsync(session, TimeProvider.System, cancellationToken);
        });
        return command;
    }

    // The extension says what tools made; a name that says nothing needs --type.
    private static string TypeOf(string name) => name.ToLowerInvariant() switch
    {
        var file when file.EndsWith(".tar.gz", StringComparison.Ordinal) || file.EndsWith(".tgz", StringComparison.Ordinal) => "tgz",
        var file when file.EndsWith(".tar.xz", StringComparison.Ordinal) || file.EndsWith(".txz", StringComparison.Ordinal) => "txz",
        var file when file.EndsWith(".tar.bz2", StringComparison.Ordinal) || file.EndsWith(".tbz", StringComparison.Ordinal) => "tbz",
        var file when file.EndsWith(".tar.zst", StringComparison.Ordinal) || file.EndsWith(".tzst", StringComparison.Ordinal) => "tzst",
        var file when file.EndsWith(".squashfs", StringComparison.Ordinal) => "squashfs",
        var file when file.EndsWith(".gz", StringComparison.Ordinal) => "ddgz",
        var file when file.EndsWith(".xz", StringComparison.Ordinal) => "ddxz",
        var file when file.EndsWith(".bz2", StringComparison.Ordinal) => "ddbz2",
        var file when file.EndsWith(".zst", StringComparison.Ordinal) => "ddzst",
        var file when file.EndsWith(".raw", StringComparison.Ordinal) || file.EndsWith(".img", StringComparison.Ordinal) => "ddraw",
        _ => throw new UsageException($"{name} does not tell its type: give --type"),
    };

    private static async Task<MaasBootResource> WithProgressAsync(
        Report report, FileInfo file, Func<IProgress<long>?, Task<MaasBootResource>> upload)
    {
        if (report.IsJson || Console.IsOutputRedirected) return await upload(null);
        return await report.Terminal.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new TransferSpeedColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask(Markup.Escape(file.Name), maxValue: file.Length);
                return await upload(new Progress<long>(sent => bar.Value = sent));
            });
    }
}
