using Maas.Core;
using Maas.Dashboard.SignIn;
using Microsoft.Extensions.Logging;

namespace Maas.Dashboard.Nodes;

/// <summary>
/// Says why a change failed. A page that shows it keeps what the user typed, and a list of machines goes on with the next one.
/// </summary>
internal sealed partial class ChangeFailures(ILogger<ChangeFailures> logger)
{
    /// <summary>The reason as a person reads it. What is not for users is logged instead.</summary>
    public string Explain(Exception failure)
    {
        if (failure is StoreFullException or QuotaExceededException or SessionEndedException) return failure.Message;
        LogFailed(logger, failure);
        return failure is IOException
            ? "The server could not read or write a file: its disk may be full. The server's log has the reason."
            : "It failed, and may have been done in part. The server's log has the reason.";
    }

    /// <summary>Logs that the progress of the import of images could not be read; the page reads it again.</summary>
    public void NoteUnread(Exception failure) => LogNotRead(logger, failure);

    [LoggerMessage(2, LogLevel.Error, "A change in the dashboard failed")]
    private static partial void LogFailed(ILogger logger, Exception failure);

    [LoggerMessage(3, LogLevel.Warning, "Failed to read the progress of the import of images; trying again")]
    private static partial void LogNotRead(ILogger logger, Exception failure);
}
