using System.Text.RegularExpressions;
using Maas.Judges;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Maas.Architecture.Tests.Documentation;

/// <summary>
/// A block of C# in a document: a program, with the usings that it shows and those that the SDK implies. A comment before it declares what
/// it takes as given: <c>&lt;!-- given: CancellationToken cancellationToken, string password --&gt;</c>.
/// </summary>
internal sealed partial record CodeBlock(string File, int Line, string Given, string Code)
{
    private static readonly string[] SdkUsings =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks",
    ];

    // Of Microsoft.NET.Sdk.Web.
    private static readonly string[] WebUsings =
    [
        "System.Net.Http.Json", "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Http",
        "Microsoft.AspNetCore.Routing", "Microsoft.Extensions.Configuration", "Microsoft.Extensions.DependencyInjection",
        "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging",
    ];

    // A block may be a class alone.
    private const string NoEntryPoint = "CS5001";

    private static readonly CSharpParseOptions s_language = new(LanguageVersion.Latest);

    private static readonly Lazy<MetadataReference[]> s_references = new(() =>
    [
        // .NET sets it: all that this program is made of.
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ]);

    /// <summary>All blocks of the README files and of docs/.</summary>
    public static IReadOnlyList<CodeBlock> All { get; } = [.. Documents().SelectMany(In)];

    /// <summary>Where it is, as <c>docs/booting.md:143</c>.</summary>
    public string Place => $"{File}:{Line}";

    /// <summary>The blocks of a document.</summary>
    public static IEnumerable<CodeBlock> In(string path) =>
        Parse(Path.GetRelativePath(Repository.Root, path), System.IO.File.ReadAllText(path));

    /// <summary>The blocks of a text.</summary>
    public static IEnumerable<CodeBlock> Parse(string name, string text) =>
        from Match block in Fenced().Matches(text)
        let code = block.Groups["code"]
        select new CodeBlock(name, text[..code.Index].Count(letter => letter == '\n') + 1, block.Groups["given"].Value, code.Value);

    /// <summary>What the compiler says against it, each with file and line.</summary>
    public IReadOnlyList<string> Errors()
    {
        string[] usings = Code.Contains("WebApplication", StringComparison.Ordinal) ? [.. SdkUsings, .. WebUsings] : SdkUsings;
        var given = Given.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var implied = $$"""
            {{string.Concat(usings.Select(name => $"global using {name};"))}}
            global using static Given;
            {{string.Join('\n', Using().Matches(Code).Select(shown => shown.Value))}}
            #nullable enable
            static class Given { {{string.Concat(given.Select(each => $"public static {each} => default!; "))}} }
            """;
        var compilation = CSharpCompilation.Create(
            "Block",
            [
                CSharpSyntaxTree.ParseText($"#line {Line} \"{File}\"\n{Code}", s_language),
                CSharpSyntaxTree.ParseText(implied, s_language, "given"), // of the types that the block names
            ],
            s_references.Value,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        return
        [
            .. from problem in compilation.GetDiagnostics(TestContext.Current.CancellationToken)
               where problem.Severity == DiagnosticSeverity.Error && problem.Id != NoEntryPoint
               let place = problem.Location.GetMappedLineSpan()
               select $"{place.Path}:{place.StartLinePosition.Line + 1}: {problem.Id} {problem.GetMessage()}",
        ];
    }

    private static IEnumerable<string> Documents() =>
    [
        Repository.PathOf("README.md"),
        .. Directory.EnumerateFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories).Order(StringComparer.Ordinal),
        .. Repository.Packages.Select(package => Path.Combine(Repository.PathOf("src"), package, "README.md")),
    ];

    [GeneratedRegex(
        @"(?:<!-- given: (?<given>[^>]*?) -->\n)?^```(?:csharp|cs|c\#)\n(?<code>.*?)^```$",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Fenced();

    [GeneratedRegex(@"^using [A-Za-z0-9_.]+;$", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex Using();
}
