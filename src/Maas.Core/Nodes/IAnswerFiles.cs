using Maas.Core.Accounts;

namespace Maas.Core.Nodes;

/// <summary>Writes what the installer of an operating system asks for: a preseed, an autoinstall or kickstart file …</summary>
/// <remarks><c>Maas.Install</c> implements it; the metadata service and the API serve what it writes.</remarks>
public interface IAnswerFiles
{
    /// <summary>Writes a file for a machine that is being deployed by a recipe.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="name">The file's name in the URL, <c>preseed.cfg</c>; <see langword="null"/> for the recipe's main file.</param>
    /// <param name="server">The address under which the machine reaches this server, <c>http://10.0.0.1:5240/MAAS</c>.</param>
    /// <param name="token">The machine's own key; <see langword="null"/> for a preview, in which secrets are replaced by asterisks.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<AnswerFileResult> WriteAsync(
        Machine machine, string? name, Uri server, MachineToken? token, CancellationToken cancellationToken);

    /// <summary>Shows all files that a recipe would give to a machine. Secrets are replaced by asterisks.</summary>
    /// <param name="machine">The machine; it need not be deployed.</param>
    /// <param name="recipe">
    /// The recipe, <c>debian/bookworm</c>; <see langword="null"/> for that by which the machine is being deployed.
    /// </param>
    /// <param name="server">The address under which the machine reaches this server.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The files, the main one first; none when the recipe does not exist.</returns>
    Task<IReadOnlyList<AnswerFilePreview>> PreviewAllAsync(
        Machine machine, string? recipe, Uri server, CancellationToken cancellationToken);
}

/// <summary>A file of a recipe as a machine would receive it.</summary>
/// <param name="Name">The file's name in the URL, <c>preseed.cfg</c>.</param>
/// <param name="Result">Its text without secrets, or why it cannot be written.</param>
public sealed record AnswerFilePreview(string Name, AnswerFileResult Result);

/// <summary>An answer file, or why it cannot be written.</summary>
public abstract record AnswerFileResult
{
    private AnswerFileResult() { }

    /// <summary>The file.</summary>
    /// <param name="Name">Its name in the URL, <c>preseed.cfg</c>.</param>
    /// <param name="Text">Its text.</param>
    /// <param name="MediaType">Its type, such as <c>text/plain</c>.</param>
    public sealed record Written(string Name, string Text, string MediaType) : AnswerFileResult;

    /// <summary>The machine is not being deployed by a recipe, or its recipe has no file of that name.</summary>
    /// <param name="Reason">Which of these.</param>
    public sealed record Missing(string Reason) : AnswerFileResult;

    /// <summary>A template could not be rendered for the machine.</summary>
    /// <param name="Reason">Template, line, column and what is wrong; without secrets.</param>
    public sealed record Failed(string Reason) : AnswerFileResult;
}
