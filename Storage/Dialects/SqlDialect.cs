using System.Data.Common;

namespace Switchyard.Storage;

/// <summary>The short list of what differs between the two databases, each named after what it is for.</summary>
public abstract class SqlDialect
{
    /// <summary>The folder of this database's migrations.</summary>
    public abstract string Name { get; }

    /// <summary>Appended to the subquery that picks rows, so that two workers never wait for one row.</summary>
    public abstract string SkipLocked { get; }

    /// <summary>Appended to a SELECT whose rows this transaction is about to change.</summary>
    public abstract string ForUpdate { get; }

    /// <summary>The statement that makes a second migrator wait; empty when beginning the transaction already does.</summary>
    public abstract string LockMigrations { get; }

    /// <summary>Whether listeners can be woken by the database; otherwise they poll.</summary>
    public abstract bool CanNotify { get; }

    /// <summary>Whether only one transaction at a time can write, so that writers should queue before they begin.</summary>
    public abstract bool HasOneWriter { get; }

    /// <summary>Lists names of tables, views and their columns as (relation, name).</summary>
    public abstract string ListColumns { get; }

    /// <summary>A text parameter (with its @) written into a JSON column.</summary>
    public abstract string Json(string parameter);

    /// <summary>
    /// The condition that <paramref name="column"/> equals one of the values of a list parameter (with its @):
    /// an array or list of Guid, text or number. Never <c>IN @list</c>, which the two databases expand differently.
    /// </summary>
    public abstract string AnyOf(string column, string parameter);

    public abstract bool IsUniqueViolation(DbException e);

    /// <summary>The database was busy or broke a conflict by giving this transaction up; running it again may well succeed.</summary>
    public abstract bool IsBusy(DbException e);

    /// <summary>Busy, or not reachable at the moment: worth a retry later.</summary>
    public abstract bool IsTransient(DbException e);

    /// <summary>What an operator should read when the database cannot be opened: what is wrong and what to do, one sentence.</summary>
    public abstract string Explain(Exception e, string where);
}
