using System.Diagnostics;
using Maas.Api.Answers;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Fleet;
using Maas.Core.Lifecycle;

namespace Maas.Api.Machines;

/// <summary>Gives a command to a machine and says how it went, in HTTP.</summary>
internal static class CommandAnswers
{
    extension(ApiRequest request)
    {
        /// <summary>The machine afterwards (200), or why not: 409 for its state, 403 for its lock.</summary>
        public async Task<ApiAnswer> ExecuteAsync(SystemId id, MachineCommand command)
        {
            var by = command with { By = request.User.Name, Comment = request.Form["comment"] ?? command.Comment };
            return await request.Region.Machines.ExecuteAsync(id, by, request.Aborted).ConfigureAwait(false) switch
            {
                CommandResult.Done done => request.Show(done.Machine),
                CommandResult.Refused refused => Refused(refused),
                CommandResult.NotFound => Answer.NotFound("Machine"),
                _ => throw new UnreachableException(),
            };
        }

        /// <summary>The machine as API 2.0 shows it.</summary>
        public ApiAnswer Show(Machine machine) => Answer.Json(json => MachineShape.Write(json, machine, request.Links));
    }

    /// <summary>Why a command was refused.</summary>
    public static ApiAnswer Refused(CommandResult.Refused refused) => refused.Because switch
    {
        RefusalKind.Locked => Answer.Forbidden(refused.Reason),
        _ => Answer.Conflict(refused.Reason),
    };

    /// <summary>What became of an edit.</summary>
    public static ApiAnswer Of(EditResult result, ApiRequest request) => result switch
    {
        EditResult.Done done => request.Show(done.Machine),
        EditResult.Refused refused => BadField(refused.Field, refused.Reason),
        EditResult.NotFound => Answer.NotFound("Machine"),
        _ => throw new UnreachableException(),
    };

    /// <summary>One field was wrong.</summary>
    public static ApiAnswer BadField(string field, string reason)
    {
        var form = new Requests.FormReader(Requests.RequestForm.Empty);
        form.Refuse(field, reason);
        return Answer.BadForm(form);
    }
}
