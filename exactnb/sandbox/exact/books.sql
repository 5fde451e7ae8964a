-- Sums over the ledger that are kept until something is written: one row per name below.

-- Movements
SELECT Division, FinancialYear, FinancialPeriod, GLAccount, CostCenter, CostUnit, Type, Status,
       sum(CAST(round(AmountDC * 100) AS INTEGER)) AS Cents,
       sum(CAST(round(max(AmountDC, 0) * 100) AS INTEGER)) AS Debit,
       sum(CAST(round(max(-AmountDC, 0) * 100) AS INTEGER)) AS Credit,
       count(*) AS Count
FROM main.TransactionLines
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8

-- OpenItems
-- Lines of the control accounts by relation and invoice number; a line without a number stands
-- alone. `Line` is the row of the invoice, or else of the first line. The order of the grouping
-- and the number that stands for the relation spare the sort long comparisons of text.
SELECT Division, Side, Account, coalesce(min(iif(IsInvoice, Line, NULL)), min(Line)) AS Line,
       max(IsInvoice) AS Invoice, sum(Cents) AS Cents, sum(CentsFC) AS CentsFC,
       sum(iif(IsInvoice, Cents, 0)) AS Invoiced, sum(iif(IsInvoice, CentsFC, 0)) AS InvoicedFC,
       coalesce(max(iif(IsInvoice, Due, NULL)), max(Due)) AS Due,
       max(iif(IsInvoice, NULL, Date)) AS Paid, iif(sum(Cents) = 0, max(Date), NULL) AS Ended
FROM (SELECT l.Division, g.Type AS Side, l.Account, a.rowid AS Party, l.InvoiceNumber,
             l.rowid AS Line, l.Date, coalesce(l.DueDate, l.Date) AS Due,
             l.Type IN (10, 20, 21, 30, 31) AS IsInvoice,
             CAST(round(l.AmountDC * 100) AS INTEGER) AS Cents,
             CAST(round(l.AmountFC * 100) AS INTEGER) AS CentsFC
      FROM main.GLAccounts g
      CROSS JOIN main.TransactionLines l ON l.GLAccount = g.ID
      JOIN main.Accounts a ON a.ID = l.Account
      WHERE g.Type IN (20, 22))
GROUP BY coalesce(InvoiceNumber, -Line), Party, Side
