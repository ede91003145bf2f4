using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Maas.Images.Downloads;
using Maas.Images.Import;
using Maas.Images.Library;

namespace ImageTool.Verbs.Import;

/// <summary>What all imports ask for.</summary>
internal static class ImportOptions
{
    public static Argument<string> Library { get; } = new("library") { Description = "The library's directory; made if it is not there." };

    private static readonly Option<string?> Proxy = new("--proxy")
    {
        Description = "An HTTP proxy. Otherwise what http_proxy and https_proxy say."
    };
    private static readonly Option<int?> Connections = Numbers.Option("--connections", "Connections for a large file; 4 unless given.");
    private static readonly Option<long?> Rate = Numbers.SizeOption("--rate", "The most a second");

    /// <summary>A library that is there: looking into one does not make it.</summary>
    public static ImageLibrary OpenExisting(ParseResult arguments)
    {
        var folder = arguments.GetRequiredValue(Library);
        return Directory.Exists(Path.Combine(folder, "blobs"))
            ? ImageLibrary.Open(folder)
            : throw new DirectoryNotFoundException($"There is no image library in {folder}.");
    }

    /// <summary>Reads absolute addresses; an error names one that is not.</summary>
    public static Uri[] ReadAddresses(ArgumentResult result)
    {
        var addresses =
            result.Tokens.Select(token =>
                Uri.TryCreate(token.Value, UriKind.Absolute, out var address) && address.Scheme is ("http" or "https")
                ? address
                : null)
            .OfType<Uri>()
            .ToArray();
        if (addresses.Length < result.Tokens.Count) result.AddError("An address begins with http:// or https://.");
        return addresses;
    }

    /// <summary>Reads one absolute address.</summary>
    public static Uri? ReadAddress(ArgumentResult result) => ReadAddresses(result).FirstOrDefault();

    /// <summary>A command that imports from a source and shows how far it is.</summary>
    public static Command Make(string name, string description, IEnumerable<Symbol> symbols, Func<ParseResult, IImageSource> source)
    {
        var command = new Command(name, description) { Library };
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument) command.Add(argument);
            else command.Add((Option)symbol);
        }

        foreach (var option in new Option[] { Proxy, Connections, Rate }) command.Add(option);
        command.SetAction((arguments, cancellationToken) => RunAsync(arguments, source(arguments), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, IImageSource source, CancellationToken cancellationToken)
    {
        var proxy = arguments.GetValue(Proxy) is { } address ? new WebProxy(address) : null;
        using var http = Downloader.CreateClient(proxy);
        var library = ImageLibrary.Open(arguments.GetRequiredValue(Library));
        var downloader = new Downloader(
            http, new() { Connections = arguments.GetValue(Connections) ?? 4, BytesPerSecond = arguments.GetValue(Rate) });
        await ImportBars.ShowAsync(new ImageImport(library, downloader).RunAsync(source, cancellationToken));
        ImportListVerb.Show(library.FindImport(source.Name));
        return 0;
    }
}
